import type { MigrationInterface, QueryRunner } from "typeorm";

export class Score1753495313658 implements MigrationInterface {
  // An index cannot be built concurrently within a transaction.
  transaction = false;

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX CONCURRENTLY IF NOT EXISTS "PLAYER_SCORE_DESC_INDEX"
      ON "player" ("score" DESC)
    `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX CONCURRENTLY IF EXISTS "PLAYER_SCORE_DESC_INDEX"
    `);
  }
}
