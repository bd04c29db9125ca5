// Do address, keys, tables and next steps mean what they say?
import { describe, expect, test } from 'vitest';
import type { Schemas } from '../../src/api/client';
import { wordsOfFailure } from '../../src/api/client';
import { waitBeforeTry } from '../../src/api/live';
import { readAddress, writeAddress } from '../../src/state/address';
import { NOW } from '../../src/state/cases';
import { toCsv } from '../../src/state/csv';
import { KEPT_FRAMES, newGauge, noteFrame, notePainted } from '../../src/state/gauge';
import { readKey } from '../../src/state/keys';
import { byArrival, nextStep, tasksOf } from '../../src/state/next';
import { NEXT_STEPS, isRunning } from '../../src/state/tasks';
import { stepsTable, tableOf } from '../../src/state/tables';

describe('the address', () => {
  const nothing = { mode: 'watch', selection: null, range: null, choice: NOW, hold: null, enter: null };
  test('what is written is read back', () => {
    const selection = { kind: 'alarm', id: 'A-0006' } as const;
    const hash = writeAddress('plan', selection, [140_000, 150_250]);
    expect(hash).toBe('#mode=plan&sel=alarm:A-0006&km=140-150.25');
    const range = [140_000, 150_250];
    expect(readAddress(hash)).toEqual({
      mode: 'plan',
      selection,
      range,
      choice: NOW,
      hold: null,
      enter: null,
    });
  });

  test('a case that somebody chose is part of it, what holds now is not', () => {
    const chosen = { base: 'day-vehicle', proven: true };
    const hash = writeAddress('watch', null, null, chosen);
    expect(hash).toBe('#mode=watch&case=day-vehicle-proven-only');
    expect(readAddress(hash).choice).toEqual(chosen);
    expect(writeAddress('watch', null, null, NOW)).toBe('#mode=watch');
  });

  test('so is the case of holding that somebody chose, and the gap that is selected', () => {
    const gap = { kind: 'gap', id: 'night-vehicle:12.375' } as const;
    const hash = writeAddress('plan', gap, null, NOW, 'night-vehicle');
    expect(hash).toBe('#mode=plan&sel=gap:night-vehicle:12.375&hold=night-vehicle');
    expect([readAddress(hash).selection, readAddress(hash).hold]).toEqual([gap, 'night-vehicle']);
    expect(readAddress('#hold=<b>').hold).toBeNull();
  });

  test('a sign-in link carries its token', () => {
    expect(readAddress('#enter=abc_DEF-123').enter).toBe('abc_DEF-123');
  });

  test.each(['#km=150-140', '#km=x-3', '#km=5', '#km=-5-10', '#sel=ghost:1', '#sel=alarm:', '#mode=report'])(
    '%s shows everything instead of failing',
    (hash) => {
      expect(readAddress(hash)).toEqual(nothing);
    },
  );
});

describe('the keys', () => {
  const press = (key: string, code = '', ctrlKey = false) => ({
    key,
    code,
    ctrlKey,
    altKey: false,
    metaKey: false,
  });

  test('a letter means its action', () => {
    expect(readKey(press('a'), false, true).action).toBe('acknowledge');
    expect(readKey(press('?'), false, true).action).toBe('help');
  });

  test('an Arabic keyboard has the same keys', () => {
    expect(readKey(press('ش', 'KeyA'), false, true).action).toBe('acknowledge');
    expect(readKey(press('؟', 'Slash'), false, true).action).toBe('help');
  });

  test('g and a letter go to a mode, g and nonsense go nowhere', () => {
    expect(readKey(press('g'), false, true)).toEqual({ action: null, afterG: true });
    expect(readKey(press('p'), true, true)).toEqual({ action: 'plan', afterG: false });
    expect(readKey(press('a'), true, true)).toEqual({ action: null, afterG: false });
  });

  test('letters switched off leave arrows and Enter', () => {
    expect(readKey(press('a'), false, false).action).toBeNull();
    expect(readKey(press('ArrowDown'), false, false).action).toBe('next');
  });

  test('the keys of the browser are left alone', () => {
    expect(readKey(press('a', 'KeyA', true), false, true).action).toBeNull();
  });
});

describe('the next step', () => {
  const alarm = (given: object) =>
    ({ kind: 'approach', state: 'acknowledged', ...given }) as Schemas['AlarmRow'];
  const task = (given: object) => ({ alarm_id: 'A-1', sent_at: '', ...given }) as Schemas['TaskRow'];

  test('an alarm nobody has is to be acknowledged', () => {
    expect(nextStep(alarm({ state: 'unacknowledged' }), [])).toBe('acknowledge');
  });

  test('an acknowledged approach is answered by a unit, a silent sensor is not', () => {
    expect(nextStep(alarm({}), [])).toBe('send');
    expect(nextStep(alarm({ kind: 'sensor_silent' }), [])).toBe('close');
  });

  test('a unit under way is followed, a task that is done leads to closing', () => {
    expect(nextStep(alarm({}), [task({ state: 'en route' })])).toBe('follow');
    expect(nextStep(alarm({}), [task({ state: 'done' })])).toBe('close');
  });

  test('a refused task asks for another unit', () => {
    expect(nextStep(alarm({}), [task({ state: 'refused' })])).toBe('send');
  });

  test('tasks of other alarms do not count', () => {
    expect(tasksOf('A-1', [task({ alarm_id: 'A-2' })])).toEqual([]);
  });

  test('a unit that comes in time is offered before a nearer one that perhaps does, and that before one too late', () => {
    const offers = [
      { unit_id: 'late', in_time: 'too late', arrival_s: 60 },
      { unit_id: 'slow', in_time: 'perhaps', arrival_s: 600 },
      { unit_id: 'far', in_time: 'before', arrival_s: 900 },
    ] as Schemas['UnitOffer'][];
    expect(byArrival(offers).map((offer) => offer.unit_id)).toEqual(['far', 'slow', 'late']);
  });

  test('a task that ended takes no step', () => {
    expect(Object.keys(NEXT_STEPS).filter((state) => !isRunning(state as keyof typeof NEXT_STEPS))).toEqual([
      'refused',
      'done',
      'cancelled',
    ]);
  });
});

describe('tables', () => {
  test('the steps of the lane are those that begin in the chosen stretch, as the centre gave them', () => {
    const steps = Array.from({ length: 10 }, (_, index) => index / 10);
    const lane = {
      ...{ case: 'night-person', version: 1, step_m: 100, stretches: [] },
      ...{ p_low: steps, p_nominal: steps, p_high: steps, sensors_live: steps.map(() => 2) },
    };
    expect(stepsTable(lane, null).rows).toHaveLength(10);
    expect(stepsTable(lane, [250, 500]).rows).toEqual([
      [200, 0.2, 0.2, 0.2, 2],
      [300, 0.3, 0.3, 0.3, 2],
      [400, 0.4, 0.4, 0.4, 2],
    ]);
    expect(stepsTable(lane, [2000, 3000]).rows).toEqual([]);
    expect(stepsTable(null, null).rows).toEqual([]);
  });

  test('a table has the fields and values of its rows', () => {
    const rows = [{ from_m: 0, to_m: 1234.5, sensors: ['CAM-1', 'GSR-1'] }];
    expect(tableOf(['from_m', 'to_m', 'sensors'], rows)).toEqual({
      columns: ['from_m', 'to_m', 'sensors'],
      rows: [[0, 1234.5, 'CAM-1 GSR-1']],
    });
  });

  test('a file keeps commas, quotes and Arabic, and no cell is run as a formula', () => {
    const text = toCsv(
      ['a', 'b'],
      [
        ['x, "y"', '=1+1'],
        ['خندق', -4],
      ],
    );
    expect(text).toBe('\ufeffa,b\r\n"x, ""y""",\'=1+1\r\nخندق,-4\r\n');
  });
});

describe('what failed', () => {
  test('the words of the centre are shown as they are', () => {
    expect(wordsOfFailure(409, { detail: 'alarm A-1 is closed' })).toBe('alarm A-1 is closed');
  });

  test('wrong fields are named one by one', () => {
    const detail = [{ loc: ['body', 'minutes'], msg: 'must be at most 720' }];
    expect(wordsOfFailure(422, { detail })).toBe('minutes: must be at most 720');
  });

  test('an answer without words says at least its number', () => {
    expect(wordsOfFailure(502, undefined)).toBe('HTTP 502');
  });

  test('a lost connection is tried again, slower each time up to eight seconds', () => {
    expect([0, 1, 2, 10].map(waitBeforeTry)).toEqual([500, 1000, 2000, 8000]);
  });
});

describe('the gauge', () => {
  const timing = (revision: number) => ({
    revision,
    time_s: 0,
    arrived_ms: 0,
    stored_ms: 1,
    painted_ms: null,
  });

  test('a drawn revision marks the frames before it that were skipped', () => {
    const gauge = newGauge();
    [1, 2, 3].forEach((revision) => noteFrame(gauge, timing(revision), 4));
    notePainted(gauge, 2, 9);
    expect(gauge.frames.map((frame) => frame.painted_ms)).toEqual([9, 9, null]);
  });

  test('a long night does not fill the memory', () => {
    const gauge = newGauge();
    for (let revision = 0; revision < KEPT_FRAMES + 10; revision++) noteFrame(gauge, timing(revision), 1);
    expect(gauge.frames).toHaveLength(KEPT_FRAMES);
    expect(gauge.trackFrames).toBe(KEPT_FRAMES + 10);
  });
});
