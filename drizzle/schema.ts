import { sql } from "drizzle-orm";
import { boolean, check, index, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const moment = (name: string) => timestamp(name, { withTimezone: true });

export const patients = pgTable("patients", {
  id: uuid("id").primaryKey().defaultRandom(),
  displayName: text("display_name").notNull(),
  phone: text("phone").notNull(),
  language: text("language").notNull().default("en"),
  timeZone: text("time_zone").notNull().default("UTC"),
  createdAt: moment("created_at").notNull().defaultNow(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

export const conversationStates = pgTable(
  "conversation_states",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    patientId: uuid("patient_id")
      .notNull()
      .references(() => patients.id),
    isActive: boolean("is_active").notNull().default(true),
    expiresAt: moment("expires_at").notNull().default(sql`now() + interval '7 days'`),
    currentStep: text("current_step").notNull().default("greeting"),
    channel: text("channel").notNull().default("sms"),
    context: jsonb("context").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [
    check("conversation_states_channel_check", sql`${table.channel} in ('sms', 'web', 'voice')`),
    index("conversation_states_patient_active_expires_idx").on(
      table.patientId,
      table.isActive,
      table.expiresAt,
    ),
  ],
);

export const conversationMessages = pgTable(
  "conversation_messages",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    conversationStateId: uuid("conversation_state_id")
      .notNull()
      .references(() => conversationStates.id),
    role: text("role").notNull(),
    body: text("body").notNull(),
    deliveryStatus: text("delivery_status").notNull().default("queued"),
    deliveredAt: moment("delivered_at"),
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    check(
      "conversation_messages_role_check",
      sql`${table.role} in ('patient', 'assistant', 'clinician')`,
    ),
    check(
      "conversation_messages_delivery_check",
      sql`${table.deliveryStatus} in ('queued', 'sent', 'delivered', 'failed')`,
    ),
    index("conversation_messages_state_created_idx").on(table.conversationStateId, table.createdAt),
  ],
);
