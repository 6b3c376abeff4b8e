CREATE TABLE "logins" ("login_id" uuid PRIMARY KEY, "username" text NOT NULL, "locked_at" timestamptz);
CREATE INDEX logins_username ON logins (username);
