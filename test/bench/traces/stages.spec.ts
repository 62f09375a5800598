import { expect, it } from 'vitest';
import { readOtlp, type TracedSpan } from '../../kit/traces/otlp-spans.js';
import { stagesSvg } from './stages-picture.js';
import { journeysOf, stageNames, summaryOf } from './stages.js';
import { stagesMarkdown } from './stages-table.js';

let spans = 0;
const span = (
  traceId: string,
  name: string,
  start: number,
  end: number,
  more: Partial<TracedSpan> = {},
): TracedSpan => ({
  service: 'parley',
  name,
  traceId,
  spanId: String(++spans),
  parentSpanId: '',
  links: [],
  start,
  end,
  ...more,
});

/** Two messages that part only at the gateway: the second one's batches belong to the first one's trace. */
function two(): readonly TracedSpan[] {
  const links = ['b'];
  const project = span('a', 'project timeline', 5_000, 9_000, { links });
  const part = (name: string, start: number, end: number): TracedSpan =>
    span('a', name, start, end, { parentSpanId: project.spanId });
  return [
    ...['a', 'b'].flatMap((trace) => [
      span(trace, 'frame send', 0, 3_100),
      span(trace, 'command send-message', 1_000, 3_050),
      span(trace, 'hold', 10_000, 10_500),
      span(trace, 'push', 10_500, 11_000),
    ]),
    span('a', 'log append', 1_500, 3_000, { links }),
    span('a', 'relay publish', 4_000, 6_000, { links }),
    project,
    part('record', 5_000, 7_000),
    part('apply', 5_000, 8_000),
    part('compose', 8_000, 8_100),
    part('publish', 8_100, 8_200),
  ];
}

it('follows each message through the batches that it shares with others', () => {
  const journeys = journeysOf(two());
  expect(journeys).toHaveLength(2);
  for (const { stages, total, accepted } of journeys) {
    expect(stages).toEqual([1_000, 500, 1_500, 1_000, 1_000, 3_000, 200, 1_800, 500, 500]);
    expect({ total, accepted }).toEqual({ total: 11_000, accepted: 3_100 });
  }
});

it('leaves out messages of which a stage is missing', () => {
  expect(journeysOf(two().filter(({ name, traceId }) => name !== 'push' || traceId === 'b'))).toHaveLength(1);
});

it('tells stages whose means add up to the whole way, as a table and as a picture', () => {
  const summary = summaryOf(journeysOf(two()));
  expect(summary.stages.reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(summary.total.mean);
  expect(summary.stages.map(({ name }) => name)).toEqual(stageNames);
  expect(stagesMarkdown('at rest', summary)).toMatch(
    /^\| read models and index of ids +\| 3\.0\d +\| 3\.0\d +\| 3\.00 +\| 27 % +\|$/m,
  );
  expect(stagesSvg([{ title: 'at rest', summary }])).toContain('at rest: 11.0 ms on average');
});

it('reads what OpenTelemetry sends', () => {
  const text = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'parley-gateway' } }] },
        scopeSpans: [
          {
            spans: [
              {
                name: 'push',
                traceId: 't',
                spanId: 's',
                links: [{ traceId: 'u' }],
                startTimeUnixNano: '1700000000000001999',
                endTimeUnixNano: '1700000000000003000',
              },
            ],
          },
        ],
      },
    ],
  });
  const [read] = readOtlp(text);
  expect(read).toMatchObject({ service: 'parley-gateway', name: 'push', links: ['u'], parentSpanId: '' });
  expect([read?.start, read?.end]).toEqual([1_700_000_000_000_001, 1_700_000_000_000_003]);
});
