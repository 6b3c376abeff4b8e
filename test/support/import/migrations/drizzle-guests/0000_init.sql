DO $$ BEGIN
 CREATE TYPE "public"."level" AS ENUM('low', 'high');
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "guests" (
	"id" serial PRIMARY KEY NOT NULL,
	"host_id" integer,
	"level" "level",
	"nick" varchar(256),
	"name" varchar(256),
	CONSTRAINT "guests_name_unique" UNIQUE("name")
);
--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "guests" ADD CONSTRAINT "guests_host_id_guests_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."guests"("id") ON DELETE no action ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "guests_host_id_index" ON "guests" USING btree ("host_id");--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "guest_idx" ON "guests" USING btree (lower("nick")) WHERE "guests"."level" <> 'low';--> statement-breakpoint
CREATE UNIQUE INDEX "email_idx" ON "guests" USING btree ("nick");