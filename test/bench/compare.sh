#!/bin/sh
# Times our engine and PyTorch on the same batches, one after the other on one thread, and prints the ratios against
# the targets of docs/engine.md. Needs a Python with torch (PYTHON=...) and the folder ../shared; says so and ends
# with 0 where either is absent. usage: test/bench/compare.sh [--quick]
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
peer=../shared/peers/torch_rnn.py
python=${PYTHON:-python3}
if [ ! -f "$peer" ]; then
  echo "Not compared: $peer is absent."
  exit 0
fi
if ! "$python" -c 'import torch' 2>/dev/null; then
  echo "Not compared: $python has no torch (pip install torch, or set PYTHON to one that has it)."
  exit 0
fi
PATH="$root/node_modules/.bin:$PATH" exec node test/bench/compare.ts "$python" "$@"
