// The whole screen: what is over above, printed once and there for good; what goes on below, drawn again and again.
import { Box, Static, Text } from 'ink';
import Spinner from 'ink-spinner';
import type { Line, Piece } from './lines.js';
import { fitLine, widthOf } from './lines.js';
import type { Look } from '../src/output/look.js';
import { inAscii } from './ascii.js';
import type { ScrollbackEntry } from './scrollback-lines.js';

interface AppProps {
  readonly entries: readonly ScrollbackEntry[];
  /** Of at most `columns`; none when nothing is left to show. */
  readonly frame: readonly Line[];
  readonly columns: number;
  readonly look: Look;
}

/** Entries that have been printed once are never printed again, whatever they say later. */
export function App({ entries, frame, columns, look }: AppProps) {
  return (
    <>
      <Static items={[...entries]} style={{ width: columns }}>
        {(entry) => (
          <Lines
            key={entry.key}
            lines={entry.lines(columns).map((own) => fitLine(own, columns))}
            look={look}
          />
        )}
      </Static>
      {frame.length === 0 ? null : <Lines lines={frame} look={look} />}
    </>
  );
}

function Lines({ lines, look }: { readonly lines: readonly Line[]; readonly look: Look }) {
  return (
    <Box flexDirection="column">
      {lines.map((own, index) => (
        <Text key={index} wrap="truncate-end">
          {widthOf(own) === 0 ? ' ' : own.map((piece, at) => <Pieces key={at} piece={piece} look={look} />)}
        </Text>
      ))}
    </Box>
  );
}

function Pieces({ piece, look }: { readonly piece: Piece; readonly look: Look }) {
  const { text, colour, isBold = false, isDim = false, isTurning = false } = piece;
  const shown = look.isAscii ? inAscii(text) : text;
  return (
    <Text bold={isBold} dimColor={isDim} {...(colour === undefined ? {} : { color: colour })}>
      {isTurning ? <Spinner type="line" /> : shown}
    </Text>
  );
}
