import type { Instruction } from "../../src/wire/bpf.ts";

interface Machine {
  a: number;
  x: number;
  readonly scratch: (number | undefined)[];
  readonly packet: DataView;
}

class OutOfPacket extends Error {}

const CLASS_MASK = 0x07;
const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, ret: 6, misc: 7 } as const;
/** The operand is X instead of k. */
const SOURCE_X = 0x08;

/**
 * Runs a classic BPF program as the kernel does (linux/filter.h): the result is how many bytes are
 * let through. Decodes the operation codes on its own, so that a wrong one in a program shows.
 */
export function runBpf(program: readonly Instruction[], packet: DataView): number {
  const machine: Machine = { a: 0, x: 0, scratch: [], packet };
  try {
    for (let pc = 0;;) {
      const instruction = program[pc];
      if (instruction === undefined) throw new Error(`BPF program runs past its end to ${pc}`);
      const { code, k } = instruction;
      const kind = code & CLASS_MASK;
      if (code === CLASS.ret) return k;
      pc += 1 + (kind === CLASS.jmp ? jumpDistance(machine, instruction) : 0);
      if (kind !== CLASS.jmp) execute(machine, instruction);
    }
  } catch (error) {
    if (error instanceof OutOfPacket) return 0;
    throw error;
  }
}

function execute(machine: Machine, { code, k }: Instruction): void {
  const operand = (code & SOURCE_X) !== 0 ? machine.x : k;
  if ((code & CLASS_MASK) === CLASS.ld) machine.a = load(machine, code, k);
  else if (code === 0xb1) machine.x = (byteAt(machine, k) & 0x0f) * 4;
  else if (code === CLASS.st) machine.scratch[k] = machine.a;
  else if ((code & CLASS_MASK) === CLASS.alu) machine.a = calculate(machine.a, code, operand);
  else if (code === 0x07) machine.x = machine.a;
  else if (code === 0x87) machine.a = machine.x;
  else throw unknown(code);
}

function load(machine: Machine, code: number, k: number): number {
  switch (code) {
    case 0x00:
      return k;
    case 0x60: {
      const stored = machine.scratch[k];
      if (stored === undefined) throw new Error(`BPF program reads M[${k}] before it is written`);
      return stored;
    }
    case 0x20:
      return numberAt(machine, k, 4);
    case 0x28:
      return numberAt(machine, k, 2);
    case 0x30:
      return numberAt(machine, k, 1);
    case 0x50:
      return numberAt(machine, machine.x + k, 1);
    default:
      throw unknown(code);
  }
}

function numberAt(machine: Machine, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + byteAt(machine, at + index);
  return value;
}

function byteAt({ packet }: Machine, at: number): number {
  if (at >= packet.byteLength) throw new OutOfPacket();
  return packet.getUint8(at);
}

function calculate(a: number, code: number, operand: number): number {
  switch (code & 0xf0) {
    case 0x50:
      return (a & operand) >>> 0;
    case 0x60:
      return (a << operand) >>> 0;
    case 0x70:
      return a >>> operand;
    default:
      throw unknown(code);
  }
}

function jumpDistance({ a, x }: Machine, { code, jt, jf, k }: Instruction): number {
  const operand = (code & SOURCE_X) !== 0 ? x : k;
  switch (code & 0xf0) {
    case 0x00:
      return k;
    case 0x10:
      return a === operand ? jt : jf;
    case 0x40:
      return (a & operand) !== 0 ? jt : jf;
    default:
      throw unknown(code);
  }
}

function unknown(code: number): Error {
  return new Error(`Unknown BPF operation 0x${code.toString(16)}`);
}
