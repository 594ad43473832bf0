// How much of something is done, as a bar. Whoever shows it shows the number beside it.
import { Text } from 'ink';
import { BAR } from './theme.js';

interface ProgressBarProps {
  readonly done: number;
  readonly total: number;
  readonly width: number;
}

/** Exactly `width` columns; full only when all is done. Of nothing, everything is done. */
export function ProgressBar({ done, total, width }: ProgressBarProps) {
  const share = done >= total ? 1 : Math.max(0, done / total);
  const full = Math.floor(share * width);
  return (
    <Text wrap="truncate-end">
      {BAR.full.repeat(full)}
      <Text dimColor>{BAR.empty.repeat(width - full)}</Text>
    </Text>
  );
}
