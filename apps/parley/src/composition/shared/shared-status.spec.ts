import type { Build, PartitionCheckpoint, ProjectorReport } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { type Known, sharedStatus } from './shared-status.js';

const at = (...positions: number[]): readonly PartitionCheckpoint[] =>
  positions.map((position, partition) => ({ projection: 'history', partition, position }));
const report = (change: Partial<ProjectorReport>): ProjectorReport => ({
  node: 'nod_1',
  name: 'history',
  version: 1,
  partitions: [0, 1],
  position: 9,
  parked: 0,
  state: 'live',
  ...change,
});
const known: Known = {
  name: 'history',
  version: 1,
  partitions: 2,
  checkpoints: at(9, 12),
  reports: [report({})],
  build: null,
  lag: 3,
  parked: 1,
  bytes: 0,
};
const under = { projection: 'history', phase: 'filling' } as Build;

describe('the status of a projection of many processes', () => {
  it('is live when all partitions have an owner that has reached the end', () => {
    expect(sharedStatus(known)).toMatchObject({ state: 'live', position: 9, lag: 3, parked: 1 });
    const shared = [report({ partitions: [0] }), report({ node: 'nod_2', partitions: [1], state: 'catching-up' })];
    expect(sharedStatus({ ...known, reports: shared })).toMatchObject({ state: 'catching-up' });
    expect(sharedStatus({ ...known, reports: shared.slice(0, 1) })).toMatchObject({ state: 'catching-up' });
  });

  it('is failed when it is in any process that has a partition', () => {
    const failed = report({ node: 'nod_2', partitions: [1], state: 'failed', error: 'the disk is full' });
    const reports = [report({ partitions: [0] }), failed];
    expect(sharedStatus({ ...known, reports })).toMatchObject({ state: 'failed', error: 'the disk is full' });
    expect(sharedStatus({ ...known, reports, build: under })).toMatchObject({ state: 'failed' });
  });

  it('does not mind processes of another version that wait', () => {
    const waiting = report({
      node: 'nod_2',
      partitions: [],
      position: null,
      state: 'failed',
      error: 'rows of version 2',
    });
    expect(sharedStatus({ ...known, reports: [report({}), waiting] })).toMatchObject({ state: 'live' });
    expect(sharedStatus({ ...known, reports: [waiting] })).toMatchObject({
      state: 'failed',
      error: 'rows of version 2',
    });
    expect(sharedStatus({ ...known, reports: [waiting], build: under })).toMatchObject({ state: 'rebuilding' });
  });

  it('says that nobody projects it, that its engine is away, that it was never begun', () => {
    expect(sharedStatus({ ...known, reports: [] })).toMatchObject({ state: 'failed', error: 'no process projects it' });
    expect(sharedStatus({ ...known, checkpoints: null, lag: null })).toMatchObject({ state: 'failed', lag: null });
    expect(sharedStatus({ ...known, checkpoints: at(5) })).toMatchObject({ position: 0 });
  });

  it('is being rebuilt while a build of it is under way', () => {
    expect(sharedStatus({ ...known, build: under })).toMatchObject({ state: 'rebuilding' });
    expect(sharedStatus({ ...known, build: { ...under, phase: 'done' } })).toMatchObject({ state: 'live' });
    expect(sharedStatus({ ...known, build: { ...under, projection: 'inbox' } })).toMatchObject({ state: 'live' });
  });
});
