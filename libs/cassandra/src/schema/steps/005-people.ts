import type { MigrationStep } from '../step.js';

/** The projection `people`. */
export const people: MigrationStep = {
  id: 5,
  name: 'people',
  statements: [
    `CREATE TABLE IF NOT EXISTS people (
       generation int,
       user_id text,
       username text,
       display_name text,
       about text,
       visibility text,
       registered bigint,
       changed bigint,
       PRIMARY KEY ((generation, user_id))
     ) WITH comment = 'changed: position of the last change of the profile, null before the first'`,
    `CREATE TABLE IF NOT EXISTS people_by_username (
       generation int,
       username text,
       user_id text,
       PRIMARY KEY ((generation, username))
     )`,
    `CREATE TABLE IF NOT EXISTS people_words (
       generation int,
       prefix text,
       word text,
       user_id text,
       username text,
       words text,
       PRIMARY KEY ((generation, prefix), word, user_id)
     ) WITH comment = 'prefix: the first two characters of the folded word; words: all folded words of the person'`,
    `CREATE TABLE IF NOT EXISTS people_word_prefixes (
       generation int,
       initial text,
       prefix text,
       PRIMARY KEY ((generation, initial), prefix)
     ) WITH comment = 'the partitions of people_words whose words begin with this character'`,
    `CREATE TABLE IF NOT EXISTS people_changes (
       generation int,
       bucket bigint,
       position bigint,
       user_id text,
       PRIMARY KEY ((generation, bucket), position)
     ) WITH comment = 'changes of profiles by position; bucket: the position without its last 24 bits'`,
    `CREATE TABLE IF NOT EXISTS people_change_buckets (
       generation int,
       bucket bigint,
       PRIMARY KEY (generation, bucket)
     ) WITH comment = 'the buckets of people_changes that hold something'`,
  ],
};
