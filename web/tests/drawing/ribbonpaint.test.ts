import { describe, expect, test } from 'vitest';
import { answeringAt, responsibleStretches, stretchInWords } from '../../src/drawing/responsible';
import { lanesOf, paintRibbon, type RibbonState } from '../../src/drawing/ribbonpaint';
import type { DrawingWords, Language } from '../../src/drawing/scene';
import { TrackCloud } from '../../src/drawing/trackcloud';
import { nightWindow } from '../../src/drawing/timebar';
import { alarmRow, frontierRow, line, obstacleRow, trackMark, unitRow } from './rows';

interface Written {
  readonly text: string;
  readonly x: number;
  readonly align: string;
  readonly direction: string;
}

/** A canvas that remembers what was written on it; drawing has no result that a test could ask for otherwise. */
function recordingCanvas(): { context: CanvasRenderingContext2D; written: Written[] } {
  const written: Written[] = [];
  const settings: Record<string, unknown> = { textAlign: 'start', direction: 'inherit' };
  const context = new Proxy(settings, {
    get: (target, key: string) => {
      if (key in target) return target[key];
      if (key === 'measureText') return (text: string) => ({ width: text.length * 6 });
      if (key === 'fillText') {
        return (text: string, x: number) => {
          const { textAlign, direction } = settings as { textAlign: string; direction: string };
          written.push({ text, x, align: textAlign, direction });
        };
      }
      return () => undefined;
    },
    set: (target, key: string, value) => {
      target[key] = value;
      return true;
    },
  });
  return { context: context as unknown as CanvasRenderingContext2D, written };
}

const words = new Proxy({}, { get: (_target, key) => String(key) }) as DrawingWords;

function paint(language: Language, given: Partial<RibbonState> = {}) {
  const tracks = new TrackCloud();
  tracks.apply({ time_s: 0, full: true, tracks: [trackMark(417, 60_000)] });
  const state: RibbonState = {
    frontier: frontierRow(),
    line,
    obstacles: [obstacleRow('accepted')],
    watched: { stretches: [], curve: null, watched_at: 0.5, trial: null },
    caseWords: null,
    holding: null,
    heldWords: null,
    alarms: [alarmRow('A-1', 40_000), alarmRow('A-2', 80_000, { state: 'closed' })],
    tracks,
    units: [unitRow(20_000)],
    selection: null,
    range: null,
    hover_m: null,
    ...given,
  };
  const { context, written } = recordingCanvas();
  const scale = {
    window: [0, line.length_m],
    left_px: language === 'en' ? 100 : 10,
    width_px: 1_000,
  } as const;
  const frame = { scale, lanes: lanesOf(126), width: 1_110, height: 126, labels_px: 100, language, words };
  return { targets: paintRibbon(context, state, frame), written, scale };
}

describe('the ribbon', () => {
  test('everything on it can be pointed at where its chainage is', () => {
    const { targets, scale } = paint('en');
    const centre = (id: string): number => {
      const target = targets.find((one) => one.selection.id === id);
      return (target?.x ?? Number.NaN) + (target?.width ?? Number.NaN) / 2;
    };
    const pixel = (chainage_m: number): number =>
      scale.left_px + (chainage_m / line.length_m) * scale.width_px;
    expect(centre('A-1')).toBeCloseTo(pixel(40_000), 6);
    expect(centre('417')).toBeCloseTo(pixel(60_000), 6);
    expect(centre('unit-20000')).toBeCloseTo(pixel(20_000), 0);
    expect(centre('trench-accepted')).toBeCloseTo(pixel(20_000), 6);
  });

  test('a closed alarm is gone unless it is the selected one', () => {
    const ids = (given: Partial<RibbonState>): string[] =>
      paint('en', given).targets.map((one) => one.selection.id);
    expect(ids({})).not.toContain('A-2');
    expect(ids({ selection: { kind: 'alarm', id: 'A-2' } })).toContain('A-2');
  });

  test('chainage runs left to right in Arabic and Sorani too', () => {
    for (const language of ['en', 'ar', 'ckb'] as const) {
      const { written } = paint(language);
      const figures = written.filter(({ text }) => /^\d+$/.test(text) && Number(text) % 10 === 0);
      const inOrder = figures
        .toSorted((one, other) => Number(one.text) - Number(other.text))
        .map(({ x }) => x);
      expect(inOrder.length).toBeGreaterThan(5);
      expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
    }
  });

  test('text sets its own direction and never leaves its alignment to the page', () => {
    for (const language of ['en', 'ar', 'ckb'] as const) {
      const { written } = paint(language);
      for (const { align, direction } of written) {
        expect(['left', 'right', 'center']).toContain(align);
        expect(['ltr', 'rtl']).toContain(direction);
      }
      const party = written.find(({ text }) => text === frontierRow().parties['national-guard']?.[language]);
      expect(party?.direction).toBe(language === 'en' ? 'ltr' : 'rtl');
    }
  });
});

test('lanes fill the height and do not overlap', () => {
  const lanes = Object.values(lanesOf(126)).toSorted((one, other) => one.top - other.top);
  expect(lanes[0]?.top).toBe(0);
  lanes.slice(1).forEach((lane, index) => {
    expect(lane.top).toBeCloseTo(lanes[index]!.top + lanes[index]!.height, 9);
  });
  expect(lanes.at(-1)!.top + lanes.at(-1)!.height).toBeCloseTo(126, 9);
});

describe('who answers', () => {
  const frontier = frontierRow();
  const first = frontier.assignments[0]!;

  test('the first line is named before who watches, and neither an ended nor a building assignment is named', () => {
    const watcher = {
      ...first,
      assignment_id: 'c',
      role: 'watcher',
      party: 'coalition',
      from_m: 40_000,
    } as const;
    const ended = { ...first, assignment_id: 'd', party: 'army', until: '2021-01-01' };
    const builder = { ...first, assignment_id: 'e', role: 'builder', party: 'ministry' } as const;
    const assignments = [watcher, ended, builder, ...frontier.assignments];
    expect(responsibleStretches({ assignments, sections: [] })).toEqual([
      { from_m: 0, to_m: 40_000, section_id: null, parties: ['regional-guard'] },
      { from_m: 40_000, to_m: 50_000, section_id: null, parties: ['regional-guard', 'coalition'] },
      { from_m: 50_000, to_m: 100_000, section_id: null, parties: ['national-guard'] },
    ]);
  });

  test('sections are told apart even where one party keeps both', () => {
    const sections = [
      { section_id: 'A', name: 'A', from_m: 0, to_m: 20_000 },
      { section_id: 'B', name: 'B', from_m: 20_000, to_m: 50_000 },
    ];
    const stretches = responsibleStretches({ assignments: [first], sections });
    expect(stretches.map(({ section_id }) => section_id)).toEqual(['A', 'B']);
    expect(stretchInWords(frontier, stretches[1]!, 'en')).toBe('B · regional guard');
  });
});

describe('the time bar', () => {
  test('its window runs from noon to noon of the line, so that a night is never cut', () => {
    const iso = (time_s: number): string => new Date(time_s * 1000).toISOString();
    for (const now of ['2021-03-17T16:30:00Z', '2021-03-18T02:00:00Z', '2021-03-18T08:59:59Z']) {
      const [from_s, to_s] = nightWindow(Date.parse(now) / 1000, 'Asia/Baghdad');
      expect(iso(from_s)).toBe('2021-03-17T09:00:00.000Z');
      expect(to_s - from_s).toBe(86_400);
    }
  });
});

describe('who answers', () => {
  const frontier = {
    ...frontierRow(),
    sections: [
      { section_id: 'A', name: 'Alpha', from_m: 0, to_m: 3_000 },
      { section_id: 'B', name: 'Bravo', from_m: 3_000, to_m: 100_000 },
    ],
  };

  test('a section can be pointed at on the ribbon', () => {
    const { targets } = paint('en', { frontier });
    const sections = targets.filter(({ selection }) => selection.kind === 'section');
    expect(new Set(sections.map(({ selection }) => selection.id))).toEqual(new Set(['A', 'B']));
  });

  test('where its name has no room the letter stands alone, and nothing is cut', () => {
    const { written } = paint('en', { frontier });
    const texts = written.map(({ text }) => text);
    expect(texts).toContain('A');
    expect(texts.filter((text) => text.includes('…'))).toEqual([]);
  });

  test('a place is answered for by those who stand there today, the first line first', () => {
    const [first] = frontier.assignments;
    const helped = {
      ...frontier,
      assignments: [
        {
          ...first!,
          assignment_id: 'h',
          role: 'second_line' as const,
          party: 'coalition',
          from_m: 0,
          to_m: 9_000,
        },
        ...frontier.assignments,
      ],
    };
    expect(answeringAt(helped, 5_000)).toEqual({ section_id: 'B', parties: ['regional-guard', 'coalition'] });
    expect(answeringAt(helped, 60_000)).toEqual({ section_id: 'B', parties: ['national-guard'] });
    expect(answeringAt({ sections: [], assignments: [] }, 5_000)).toEqual({ section_id: null, parties: [] });
  });
});
