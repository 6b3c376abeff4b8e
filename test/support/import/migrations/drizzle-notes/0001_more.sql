ALTER TABLE "notes" ADD COLUMN "tags" text[];--> statement-breakpoint
CREATE INDEX "notes_tags" ON "notes" USING gin ("tags") WITH (fastupdate=off);