interface Part {
  readonly title: string;
  /** In this folder: the text as the part's own source has it. */
  readonly file: string;
}

/** What the runtime under our code is made of, as far as its parts ask to be named. */
export const RUNTIME_PARTS: readonly Part[] = [
  { title: "Deno", file: "deno.txt" },
  { title: "V8", file: "v8.txt" },
  { title: "V8: the Strongtalk assembler", file: "strongtalk.txt" },
  { title: "V8: fdlibm", file: "fdlibm.txt" },
  { title: "V8: sine and cosine of the GNU C Library", file: "glibc.txt" },
  { title: "V8: FP16", file: "fp16.txt" },
  { title: "V8: inspector protocol", file: "inspector_protocol.txt" },
  { title: "V8: rapidhash", file: "rapidhash.txt" },
  { title: "V8: SipHash", file: "siphash.txt" },
  { title: "ICU", file: "icu.txt" },
  { title: "simdutf", file: "simdutf.txt" },
  { title: "zlib", file: "zlib.txt" },
  {
    title: "Abseil, fast_float, Highway, the WebAssembly C API (Apache License 2.0)",
    file: "apache.txt",
  },
  {
    title: "Dragonbox, LLVM's libc++, libc++abi, libunwind and libc (Apache License 2.0, LLVM's)",
    file: "llvm.txt",
  },
];
