ALTER TABLE "guests" DROP CONSTRAINT "guests_name_unique";--> statement-breakpoint
DROP INDEX "email_idx";--> statement-breakpoint
DROP INDEX IF EXISTS "guest_idx";--> statement-breakpoint
ALTER TABLE "guests" ALTER COLUMN "name" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "guests" ADD COLUMN "email" varchar(256) NOT NULL;--> statement-breakpoint
ALTER TABLE "guests" ADD COLUMN "login_id" text NOT NULL;--> statement-breakpoint
ALTER TABLE "guests" ADD COLUMN "tags" text[];--> statement-breakpoint
CREATE UNIQUE INDEX "email_idx" ON "guests" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "guest_idx" ON "guests" USING btree ("login_id","email","name");--> statement-breakpoint
CREATE INDEX "guests_tags" ON "guests" USING gin ("tags") WITH (fastupdate=off);--> statement-breakpoint
ALTER TABLE "guests" ADD CONSTRAINT "guests_login_id_unique" UNIQUE("login_id");