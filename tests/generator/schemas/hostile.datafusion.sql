-- Names that must be quoted, or look as if: words of the language, quotes, mixed case, Unicode, dots, spaces, digits.
CREATE TABLE "select" ("from" BIGINT NOT NULL, "where" VARCHAR, "group" DOUBLE, "order" DATE, "user" INT, "table" BOOLEAN);
CREATE TABLE "Mixed Case" ("Id" BIGINT NOT NULL, "ID" INT, id VARCHAR, "camelCase" DOUBLE, "With Space" VARCHAR);
CREATE TABLE "quo""ted" ("a""b" BIGINT, "it's" VARCHAR, "back\slash" INT, "per%cent" DOUBLE, "semi;colon" VARCHAR);
CREATE TABLE "ünï.cødé" ("größe" DOUBLE, "日本" VARCHAR, "emoji 🙂" BIGINT, "a.b" INT, "a.b.c" VARCHAR);
CREATE TABLE "1digit" ("1" BIGINT, "2nd" VARCHAR, "-" INT, "$1" DOUBLE, ":name" VARCHAR, "--" BOOLEAN);
