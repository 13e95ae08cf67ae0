# For tests of the program fashion_mnist from outside, which source this file: how they say what is
# wrong, in a folder of their own with small data in `data`. Ends them where there is no PROGRAM.
set -uo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset FASHION_MNIST_DIR
export OMP_WAIT_POLICY=passive # threads that spin would slow down the tests next to this one

checks=0
failures=0

# check DESCRIPTION COMMAND...: the command must succeed.
check() {
  checks=$((checks + 1))
  if ! "${@:2}"; then
    failures=$((failures + 1))
    echo "FAILED: $1"
  fi
}

# run ARGUMENTS...: runs the program; leaves ./stdout, ./stderr and $status.
run() {
  "$program" "$@" >stdout 2>stderr
  status=$?
}

# refuses STATUS TEXT ARGUMENTS...: the program must end so, with one line on stderr that has TEXT.
refuses() {
  run "${@:3}"
  check "exit code of '${*:3}' is $1, not $status" [ "$status" == "$1" ]
  check "one line on stderr of '${*:3}': $(<stderr)" [ "$(wc -l <stderr)" -eq 1 ]
  check "'$2' on stderr of '${*:3}': $(<stderr)" grep -qF -e "$2" stderr
}

succeeds() {
  run "$@"
  check "exit code of '$*' is 0, not $status: $(<stderr)" [ "$status" == 0 ]
  check "nothing on stderr of '$*': $(<stderr)" [ ! -s stderr ]
}

differ() { ! cmp -s "$1" "$2"; }
has_no() { ! grep -q "$@"; }
is_json() { python3 -m json.tool "$1" >/dev/null; }

# --- The data: images with a bright bar, whose place is the class; 40 to train with, 10 to test.

big_endian() {
  local number shift
  for number; do
    for shift in 24 16 8 0; do printf "\\x$(printf %x $((number >> shift & 255)))"; done
  done
}

make_images() { # COUNT
  local i
  printf '\0\0\x08\x03' && big_endian "$1" 28 28
  for ((i = 0; i < $1; i++)); do cat "image$((i % 10))"; done
}

make_labels() { # COUNT
  local i
  printf '\0\0\x08\x01' && big_endian "$1"
  for ((i = 0; i < $1; i++)); do printf "\\x$((i % 10))"; done
}

rows() { head -c $((28 * $2)) /dev/zero | tr '\0' "$1"; } # BYTE COUNT
for label in {0..9}; do
  { rows '\020' $((2 * label + 2)) && rows '\377' 3 && rows '\020' $((23 - 2 * label)); } \
    >"image$label"
done
mkdir data
make_images 40 >data/train-images-idx3-ubyte
make_labels 40 >data/train-labels-idx1-ubyte
make_images 10 | gzip >data/t10k-images-idx3-ubyte.gz
make_labels 10 >data/t10k-labels-idx1-ubyte

# To be called at the end.
finish() {
  echo "$checks checks, $failures failed"
  [ "$failures" == 0 ]
}
