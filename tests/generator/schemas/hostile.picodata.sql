-- Names that must be quoted, or look as if: words of the language, quotes, mixed case, Unicode, dots, spaces, digits.
CREATE TABLE "select" ("from" INTEGER NOT NULL, "where" TEXT, "group" DOUBLE, "order" DATETIME, "user" INTEGER, "table" BOOLEAN, PRIMARY KEY ("from"));
CREATE TABLE "Mixed Case" ("Id" INTEGER NOT NULL, "ID" INTEGER, id TEXT, "camelCase" DOUBLE, "With Space" TEXT, PRIMARY KEY ("Id"));
CREATE TABLE "quo""ted" ("a""b" INTEGER NOT NULL, "it's" TEXT, "back\slash" INTEGER, "per%cent" DOUBLE, "semi;colon" TEXT, PRIMARY KEY ("a""b"));
CREATE TABLE "ünï.cødé" ("größe" DOUBLE NOT NULL, "日本" TEXT, "emoji 🙂" INTEGER, "a.b" INTEGER, "a.b.c" TEXT, PRIMARY KEY ("größe"));
CREATE TABLE "1digit" ("1" INTEGER NOT NULL, "2nd" TEXT, "-" INTEGER, "$1" DOUBLE, ":name" TEXT, "--" BOOLEAN, PRIMARY KEY ("1"));
