// What a plan is: data that says how one application is migrated. The engine reads it and knows no application by name.

/** A column's type in the target. Every one has a codec in src/codec/column.ts. */
export type ColumnType =
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'boolean'
  | 'text'
  | `varchar(${number})`
  | 'timestamptz'
  | 'jsonb'
  | 'bytea';

export interface ColumnPlan {
  readonly name: string;
  readonly type: ColumnType;
  /** Declared type in the source, as SQLite stores it; another one is drift. */
  readonly declared: string;
  readonly nullable?: boolean;
  /** The column may be missing in older sources; it is then created empty. */
  readonly optional?: boolean;
  /** Stands in a key or unique index, whose entries are limited in size. */
  readonly indexed?: boolean;
  /** The only values that the target's CHECK lets in. */
  readonly oneOf?: readonly string[];
}

export interface ForeignKeyPlan {
  readonly columns: readonly string[];
  readonly references: { readonly table: string; readonly columns: readonly string[] };
}

export interface TablePlan {
  readonly name: string;
  readonly columns: readonly ColumnPlan[];
  /** Primary key of the source: what chunks are ranges of. */
  readonly key: readonly string[];
  /** Whether a source can hold NULL in the key; known when a plan is fitted to one. */
  readonly keyMayBeNull?: boolean;
  /** Whether an index of the source is in an order that only the application knows; known likewise. */
  readonly avoidsIndexes?: boolean;
  readonly unique?: readonly (readonly string[])[];
  readonly foreignKeys?: readonly ForeignKeyPlan[];
  /** Sequence that hands out ids in the target; it goes on after the highest one carried over. */
  readonly sequence?: { readonly name: string; readonly column: string };
  /** Columns that the target computes by itself. A source that has them cannot carry them over. */
  readonly derived?: readonly string[];
}

/** A numbered file under sql/, run once, in a transaction of its own, and remembered in the ledger. */
export interface SqlFile {
  readonly file: string;
  /** What it does, in a few words for the person. */
  readonly title: string;
  /** A query on the snapshot whose first row gives $1, $2, … of the file's statements. */
  readonly parameters?: string;
  /** A query on the source for the names of all relations that the file makes beyond the plan's tables, sequences and indexes. */
  readonly makes?: string;
  /** Runs at the same time as its neighbours that are marked so too: index builds that do not need one another. */
  readonly isParallel?: boolean;
}

/** A table that a query may read from one end to the other, and why that is right. */
export interface AllowedScan {
  readonly table: string;
  readonly reason: string;
}

/**
 * One of the application's own queries, with columns of equal names on both sides. Its values are $1, $2, … in every form, never
 * literals, so one file may serve both sides where both understand it.
 */
export interface QueryPlan {
  readonly name: string;
  /** The route or job that sends it. */
  readonly caller: string;
  /** A file under sql/, as the application sends it today. */
  readonly sqlite: string;
  /** What the unchanged application sends to the target, with the place of NULL and the order of ties made explicit. */
  readonly postgres: string;
  /** The form that suits the target best, with the same answer; absent where that is the application's own. */
  readonly fast?: string;
  /** A query on the source whose first row gives $1, $2, …; a JSON array of numbers becomes an array of the target. */
  readonly parameters?: string;
  /** Whether its rows come in no order of their own; they are then compared as a set. */
  readonly isUnordered?: boolean;
  /** An index that the best form must use; of a partitioned table, the one of the whole table. */
  readonly index?: string;
  /** How many times faster than the source it has to be. */
  readonly requiredFactor?: number;
  readonly scans?: readonly AllowedScan[];
  /** Why its best form may take longer than the others. */
  readonly slowReason?: string;
}

/** Where the application runs and what it reads; each can be told otherwise by an option. */
export interface ApplicationPlan {
  /** systemd units that write to the database. */
  readonly services: readonly string[];
  /** The first beats the others. */
  readonly envFiles: readonly string[];
  /** The variable in the env files that names the database. */
  readonly urlKey: string;
  /** http://HOST:PORT, without a slash at its end. */
  readonly healthUrl: string;
  /** Paths below it whose answers need the database. */
  readonly probes: readonly string[];
}

/** A role that groups others' rights: nobody logs in as it. It is made where the cluster lacks it. */
export interface RolePlan {
  readonly name: string;
  /** It owns what the module makes: it may create in the schema, and the user of the run becomes a member of it. */
  readonly isOwner?: boolean;
}

/** What must exist in the end, by name. */
export interface Expected {
  /** Of tables: valid ones. */
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
  /** Tables that hold no rows of the source. */
  readonly tables?: readonly string[];
  /** Each with the types of its parameters: `f(integer)`. */
  readonly functions?: readonly string[];
  /** Enabled ones. */
  readonly triggers?: readonly string[];
}

/** Something beside the application's own tables that is made only where it is asked for. */
export interface ModulePlan {
  readonly name: string;
  /** What it makes, in a few words for the person. */
  readonly title: string;
  /** Cluster-wide, and so made and dropped with more care than what is in the database. */
  readonly roles?: readonly RolePlan[];
  /** After those of the plan. */
  readonly schema: readonly SqlFile[];
  readonly constrain: readonly SqlFile[];
  readonly expected: Expected;
}

export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly defaultSource: string;
  readonly defaultBackupDir: string;
  /** Parents before children. */
  readonly tables: readonly TablePlan[];
  readonly schema: readonly SqlFile[];
  readonly constrain: readonly SqlFile[];
  readonly expected: Expected;
  /**
   * A file with a query for where that which the target derives from the rows is not true: `what` it is, and the `remedy` to type.
   * No row where all of it is.
   */
  readonly untrue?: string;
  /** What --with can add. */
  readonly modules?: readonly ModulePlan[];
  /** Those that have been added (src/plans/modules.ts). */
  readonly added?: readonly ModulePlan[];
  readonly queries: readonly QueryPlan[];
  /** Absent where nothing is known of it: then the options say it, or the person stops and starts it by hand. */
  readonly application?: ApplicationPlan;
}
