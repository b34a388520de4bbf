-- Names that must be quoted, or look as if: words of the language, mixed case, Unicode, dots, spaces, digits. A column whose
-- name has a double quote (H2 engine, 2.17.0) or a dot (Calcite) can be made and not used.
CREATE TABLE "select" ("from" BIGINT NOT NULL, "where" VARCHAR, "group" DOUBLE, "order" DATE, "user" INT, "table" BOOLEAN, PRIMARY KEY ("from"));
CREATE TABLE "Mixed Case" ("Id" BIGINT NOT NULL, "ID" INT, plain VARCHAR, "camelCase" DOUBLE, "With Space" VARCHAR, PRIMARY KEY ("Id"));
CREATE TABLE "quo'ted" ("a`b" BIGINT, "it's" VARCHAR, "back\slash" INT, "per%cent" DOUBLE, "semi;colon" VARCHAR, PRIMARY KEY ("a`b"));
CREATE TABLE "ünï.cødé" ("größe" DOUBLE, "日本" VARCHAR, "emoji 🙂" BIGINT, "a:b" INT, "a:b:c" VARCHAR, PRIMARY KEY ("größe"));
CREATE TABLE "1digit" ("1" BIGINT, "2nd" VARCHAR, "-" INT, "$1" DOUBLE, ":name" VARCHAR, "--" BOOLEAN, PRIMARY KEY ("1"));
