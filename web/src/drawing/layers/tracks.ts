// Where is everything that moves? One instanced draw call, however many tracks there are.
import type { CustomLayerInterface, CustomRenderMethodInput } from 'maplibre-gl';
import { worldOf } from '../mercator';
import { channels, palette } from '../palette';
import type { Position } from '../scene';
import { TRACK_CLASSES, type TrackCloud, type TrackMark } from '../trackcloud';

/** Floats of one instance: x, y, radius, course, shape, opacity, red, green, blue. */
export const INSTANCE_FLOATS = 9;
const TRAIL_SHAPE = 4;
// in a crowd the trails of those who do not approach would hide those who do
const CROWD = 200;
const MOVING_M_S = 0.3;

const VERTEX = `#version 300 es
layout(location = 0) in vec2 corner;
layout(location = 1) in vec2 position;
layout(location = 2) in vec4 look; // radius (px), course (radians; below -9: none), shape, opacity
layout(location = 3) in vec3 colour;
uniform mat4 matrix;
uniform vec2 viewport;
out vec2 place;
flat out vec4 looks;
flat out vec3 tint;
void main() {
  float reach = look.x + 10.0;
  place = corner * reach;
  looks = look;
  tint = colour;
  vec4 centre = matrix * vec4(position, 0.0, 1.0);
  gl_Position = centre + vec4(2.0 * place / viewport * centre.w, 0.0, 0.0);
}`;

// Signed distances in pixels; the same shapes as glyphs.ts draws on the ribbon.
const FRAGMENT = `#version 300 es
precision highp float;
in vec2 place;
flat in vec4 looks;
flat in vec3 tint;
out vec4 colour;
void main() {
  float radius = looks.x;
  vec2 ahead = vec2(sin(looks.y), cos(looks.y));
  float shape = looks.z;
  float distance;
  if (shape < 0.5) {
    distance = abs((abs(place.x) + abs(place.y) - radius * 1.25) * 0.7071) - 0.8;
  } else if (shape < 1.5) {
    distance = length(place) - radius;
  } else if (shape < 2.5) {
    vec2 turned = vec2(dot(place, vec2(ahead.y, -ahead.x)), dot(place, ahead));
    vec2 beyond = abs(turned) - vec2(radius * 0.7, radius * 1.25);
    distance = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0);
  } else if (shape < 3.5) {
    distance = abs(length(place) - radius) - 0.7;
  } else {
    distance = length(place) - radius;
  }
  if (looks.y > -9.0 && shape < 3.5) {
    float along = clamp(dot(place, ahead), radius, radius + 7.0);
    distance = min(distance, length(place - ahead * along) - 0.7);
  }
  float fill = clamp(0.5 - distance, 0.0, 1.0);
  float rim = shape > 3.5 ? 0.0 : clamp(2.0 - distance, 0.0, 1.0) * 0.75;
  float alpha = max(fill, rim) * looks.w;
  colour = vec4(tint * fill * looks.w, alpha);
}`;

/** A map layer that draws the cloud; `setCloud` changes what the next frame shows. */
export interface TrackLayer extends CustomLayerInterface {
  /** Returns true if there is something new to draw. */
  readonly setCloud: (cloud: TrackCloud, selected: number | null) => boolean;
  /** Revision of the cloud in the last frame that was drawn. */
  readonly drawnRevision: () => number;
}

/** Instances of a cloud, world units from an origin; those who approach come last, on top. */
export function trackInstances(
  cloud: TrackCloud,
  selected: number | null,
  origin: Position,
): Float32Array<ArrayBuffer> {
  const marks = [...cloud.marks.values()].sort(
    (one, other) => weight(one, selected) - weight(other, selected),
  );
  const [originX, originY] = worldOf(origin);
  const floats: number[] = [];
  const add = (
    at: Position,
    radius: number,
    course: number,
    shape: number,
    opacity: number,
    colour: string,
  ): void => {
    const [x, y] = worldOf(at);
    floats.push(x - originX, y - originY, radius, course, shape, opacity, ...channels(colour));
  };
  for (const mark of marks) {
    if (marks.length <= CROWD || weight(mark, selected) > 0) {
      const trail = cloud.trail(mark.track);
      trail.forEach((point, index) => {
        add(
          [point.lon, point.lat],
          1.3,
          -10,
          TRAIL_SHAPE,
          0.25 + (0.45 * index) / trail.length,
          palette.track,
        );
      });
    }
  }
  for (const mark of marks) {
    const course = mark.speed_m_s > MOVING_M_S ? (mark.course_deg * Math.PI) / 180 : -10;
    const shape = TRACK_CLASSES.indexOf(mark.classification);
    add(
      [mark.lon, mark.lat],
      mark.forecastToCross ? 4.4 : 3.4,
      course,
      shape,
      opacityOf(mark),
      colourOf(mark),
    );
  }
  return new Float32Array(floats);
}

/** Make the layer; `centre` is a position near all tracks, from which small numbers stay exact. */
export function createTrackLayer(centre: Position): TrackLayer {
  let instances: Float32Array<ArrayBuffer> = new Float32Array(0);
  let stale = true;
  let given = { revision: -1, selected: null as number | null };
  let drawn = -1;
  let drawing: Drawing | null = null;

  return {
    id: 'tracks',
    type: 'custom',
    setCloud: (cloud, selected) => {
      if (cloud.revision === given.revision && selected === given.selected) return false;
      given = { revision: cloud.revision, selected };
      instances = trackInstances(cloud, selected, centre);
      stale = true;
      return true;
    },
    drawnRevision: () => drawn,
    onAdd: (_map, gl) => {
      drawing = createDrawing(gl);
      stale = true;
    },
    onRemove: (_map, gl) => {
      if (drawing === null) return;
      gl.deleteProgram(drawing.program);
      gl.deleteBuffer(drawing.buffer);
      gl.deleteVertexArray(drawing.vertices);
      drawing = null;
    },
    render: (gl, input) => {
      if (drawing === null) return;
      gl.bindVertexArray(drawing.vertices);
      if (stale) {
        gl.bindBuffer(gl.ARRAY_BUFFER, drawing.buffer);
        gl.bufferData(gl.ARRAY_BUFFER, instances, gl.DYNAMIC_DRAW);
        stale = false;
      }
      const count = instances.length / INSTANCE_FLOATS;
      if (count > 0) {
        const ratio = window.devicePixelRatio;
        gl.useProgram(drawing.program);
        gl.uniformMatrix4fv(drawing.matrix, false, movedTo(input, centre));
        gl.uniform2f(drawing.viewport, gl.drawingBufferWidth / ratio, gl.drawingBufferHeight / ratio);
        gl.disable(gl.DEPTH_TEST);
        gl.disable(gl.STENCIL_TEST);
        gl.disable(gl.CULL_FACE);
        gl.enable(gl.BLEND);
        gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
      }
      gl.bindVertexArray(null);
      drawn = given.revision;
    },
  };
}

interface Drawing {
  readonly program: WebGLProgram;
  readonly buffer: WebGLBuffer;
  readonly vertices: WebGLVertexArrayObject;
  readonly matrix: WebGLUniformLocation | null;
  readonly viewport: WebGLUniformLocation | null;
}

function createDrawing(gl: WebGL2RenderingContext): Drawing {
  const program = link(gl);
  const vertices = gl.createVertexArray();
  gl.bindVertexArray(vertices);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  const stride = INSTANCE_FLOATS * 4;
  const attributes: [location: number, size: number, first: number][] = [
    [1, 2, 0],
    [2, 4, 2],
    [3, 3, 6],
  ];
  for (const [location, size, first] of attributes) {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, gl.FLOAT, false, stride, first * 4);
    gl.vertexAttribDivisor(location, 1);
  }
  gl.bindVertexArray(null);
  return {
    program,
    buffer,
    vertices,
    matrix: gl.getUniformLocation(program, 'matrix'),
    viewport: gl.getUniformLocation(program, 'viewport'),
  };
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  const sources: [kind: number, source: string][] = [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ];
  for (const [kind, source] of sources) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error('The graphics context was lost while the track layer was made.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(
      `The track layer's shader does not link: ${gl.getProgramInfoLog(program) ?? 'no reason given'}`,
    );
  }
  return program;
}

/** The map's matrix after a move to the origin, multiplied in double precision: tracks must not jump when near. */
function movedTo(input: CustomRenderMethodInput, origin: Position): Float32Array<ArrayBuffer> {
  const [x, y] = worldOf(origin);
  const matrix = Array.from(input.defaultProjectionData.mainMatrix as ArrayLike<number>);
  for (let row = 0; row < 4; row += 1) {
    matrix[12 + row] = matrix[row]! * x + matrix[4 + row]! * y + matrix[12 + row]!;
  }
  return new Float32Array(matrix);
}

function weight(mark: TrackMark, selected: number | null): number {
  if (mark.track === selected) return 2;
  return mark.forecastToCross ? 1 : 0;
}

function opacityOf(mark: TrackMark): number {
  if (mark.state === 'dropping') return 0.45;
  return mark.state === 'initiating' ? 0.7 : 1;
}

function colourOf(mark: TrackMark): string {
  if (mark.forecastToCross) return palette.trackCrossing;
  return mark.classification === 'animal' ? palette.trackAnimal : palette.track;
}
