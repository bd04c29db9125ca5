// Which colours does the page draw with: quiet ground, saturated only for what needs a person.

export const palette = {
  background: '#1b1f24',
  // flat land in the shaded picture of the terrain: where the picture ends the ground goes on
  ground: '#292e34',
  panel: '#20252b',
  panelEdge: '#3a424b',
  text: '#c8d0d8',
  textStrong: '#eef2f6',
  muted: '#8a949e',
  // decoration only: fails 3:1 as the edge of a control
  faint: '#59626c',
  halo: '#14171b',
  priority1: '#ff7a70',
  priority2: '#ffb000',
  priority3: '#8fb8d8',
  live: '#9fd3a8',
  line: '#f4f6f8',
  lineCasing: '#101317',
  uncertainty: '#aeb8c2',
  obstacle: '#d8b06a',
  obstacleDegraded: '#ffb000',
  watched: '#7fb88a',
  lost: '#ffb000',
  hatch: '#aeb8c2',
  water: '#26313b',
  neighbour: '#6b7580',
  unit: '#8fb8d8',
  track: '#c8d0d8',
  trackCrossing: '#ffffff',
  trackAnimal: '#8a949e',
  range: '#9fb4c8',
  night: '#12161b',
  section: ['#343d47', '#2a323a'],
  // lowest height that a tower sees, the ground itself first; the centre draws its pictures with the same colours
  heights: ['#a6e3b4', '#6fc2a6', '#4a97ab', '#456f9f', '#4d4b84'],
} as const;

export type Priority = 1 | 2 | 3;

const PRIORITY_COLOUR: Record<Priority, string> = {
  1: palette.priority1,
  2: palette.priority2,
  3: palette.priority3,
};

/** Colour of an alarm priority; shape and digit say it too. */
export function priorityColour(priority: Priority): string {
  return PRIORITY_COLOUR[priority];
}

/** Red, green, blue in 0..1 of a #rrggbb colour. */
export function channels(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  if (!/^#[0-9a-f]{6}$/i.test(colour)) throw new Error(`"${colour}" is not a colour of the form #rrggbb.`);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** Contrast of two #rrggbb colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** A #rrggbb colour with an opacity, as canvas takes it. */
export function withOpacity(colour: string, opacity: number): string {
  const [red, green, blue] = channels(colour).map((channel) => Math.round(channel * 255));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
