// Which words does the drawing write, in the page's language?
import type { DrawingWords } from '../drawing/scene';
import type { Speech } from './speech.svelte';

const HEIGHT_STEPS = ['0', '1', '2', '3', '4'] as const;

/** Every word of map, ribbon and time bar. */
export function drawingWords({ say }: Speech): DrawingWords {
  return {
    responsible: say('lane_responsible'),
    obstacles: say('lane_obstacles'),
    watched: say('lane_watched'),
    held: say('lane_held'),
    alarms: say('lane_alarms'),
    tracks: say('lane_tracks'),
    units: say('lane_units'),
    time: say('axis_time'),
    kilometre: say('km'),
    map: say('map_words'),
    mapUnavailable: say('map_unavailable'),
    simulated: say('simulated'),
    legend: say('legend'),
    line: say('legend_line'),
    uncertain: say('legend_uncertain'),
    trench: say('element_trench'),
    berm: say('element_berm'),
    wire: say('element_wire'),
    wall: say('element_wall'),
    lighting: say('element_lighting'),
    patrolRoad: say('element_patrol_road'),
    built: say('legend_built'),
    underWay: say('legend_under_way'),
    planned: say('legend_planned'),
    degraded: say('legend_degraded'),
    notWatched: say('legend_not_watched'),
    surelyWatched: say('legend_sure'),
    uncertainWatched: say('legend_unsure'),
    lostGround: say('legend_lost'),
    unwatchedGround: say('legend_unwatched'),
    assumed: say('legend_assumed'),
    heights: say('heights_title'),
    heightSteps: HEIGHT_STEPS.map((step) => say(`height_step_${step}`)),
    heightsHidden: say('heights_hidden'),
    tower: say('legend_tower'),
    groundSensor: say('legend_ground_sensor'),
    person: say('legend_person'),
    vehicle: say('legend_vehicle'),
    animal: say('legend_animal'),
    unknown: say('legend_unknown'),
    forecastToCross: say('legend_forecast'),
    unit: say('legend_unit'),
    crossing: say('legend_crossing'),
    alarmsOffMap: (n, where) => say('alarms_off_map', { n, where }),
  };
}
