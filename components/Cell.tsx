// A piece of a line with a width of its own: longer text is cut by its width on screen, and nothing wraps.
import { Box, Text } from 'ink';
import type { Colour } from './theme.js';
import { colourOf } from './theme.js';

interface CellProps {
  readonly text: string;
  /** Columns; without it the cell takes what is left. */
  readonly width?: number;
  readonly align?: 'left' | 'right';
  readonly colour?: Colour | undefined;
  readonly isDim?: boolean;
  readonly isBold?: boolean;
  /** Empty columns behind it. */
  readonly gap?: number;
}

export function Cell({
  text,
  width,
  align = 'left',
  colour,
  isDim = false,
  isBold = false,
  gap = 0,
}: CellProps) {
  const size = width === undefined ? { flexGrow: 1, flexShrink: 1, flexBasis: 0 } : { width, flexShrink: 0 };
  return (
    <Box
      {...size}
      marginRight={gap}
      height={1}
      justifyContent={align === 'right' ? 'flex-end' : 'flex-start'}
    >
      <Text wrap="truncate-end" dimColor={isDim} bold={isBold} {...colourOf(colour)}>
        {text}
      </Text>
    </Box>
  );
}
