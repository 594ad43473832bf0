import { expect, it } from 'vitest';
import { writeOddSource } from '../support/odd-source.js';
import { createSite, findingsOf, endingOf } from '../support/migrate.js';
import { differencesByHand } from '../support/compare-by-hand.js';
it('x', async () => {
  const site = await createSite();
  console.time('write'); writeOddSource(site.source); console.timeEnd('write');
  console.time('migrate'); const m = await site.migrate(); console.timeEnd('migrate');
  console.log(m.exitCode, JSON.stringify(endingOf(m)), JSON.stringify(m.events.filter(e=>e.type==='step.finding' && e.finding.severity!=='ok').slice(0,10), null, 1));
  console.log(m.events.filter(e=>e.type==='step.completed').map(e=>e.type==='step.completed' ? `${e.step} ${e.elapsedMs} ${e.summary}`:''));
  if (m.exitCode===0||m.exitCode===6) {console.time('hand'); const d = await differencesByHand(site.source, site); console.timeEnd('hand'); console.log(d.length, d.slice(0,20));}
  await site.remove();
});
