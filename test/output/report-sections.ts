// The sections of a report's page, in their order, as every test of it expects them.
export const SECTIONS = [
  'What was moved',
  'Tables',
  "The application's queries",
  'Steps and their times',
  'The switch-over',
  'Indexes',
  'Findings',
  'Notices',
  'Backup and dump',
  'Environment',
];
