#!/usr/bin/env bash
# Kills and interrupts fashion_mnist while it trains, and resumes it: fashion_mnist_resume_test.sh
# PROGRAM. A run must end in the same files as one that nobody disturbed.
source "$(dirname "${BASH_SOURCE[0]}")/fashion_mnist_setup.sh" "$1"

options=(--data data --epochs 8 --batch-size 4 --checkpoint-every 3 --schedule cosine
  --weight-decay 0.01 --label-smoothing 0.1 --clip-norm 1 --augment shift,flip
  --validation-split 0.25 --early-stopping 7)
steps=64 # 30 images to train with, 8 batches an epoch

same_files() { # FOLDER
  local file
  [ "$(ls "$1")" == "$(ls whole)" ] || return 1
  for file in config.toml model.safetensors history.csv $(cd whole && echo checkpoint-*); do
    cmp "$1/$file" "whole/$file" || return 1
  done
}

# begin FOLDER: starts a training, or goes on with it, in the background; leaves $training.
begin() {
  if [ -e "$1/config.toml" ]; then
    "$program" train --resume "$1" >stdout 2>stderr &
  else
    "$program" train "${options[@]}" --out "$1" >stdout 2>stderr &
  fi
  training=$!
}

random_part() { # MICROSECONDS: a random part of them, in seconds
  local moment=$((RANDOM * $1 / 32768))
  printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000))
}

start=${EPOCHREALTIME/[.,]/}
succeeds train "${options[@]}" --out whole
microseconds=$((${EPOCHREALTIME/[.,]/} - start))
check "the last two checkpoints" [ "$(cd whole && echo checkpoint-*)" == \
  "checkpoint-63.safetensors checkpoint-64.safetensors" ]
check "a line for each step and a heading" [ "$(wc -l <whole/history.csv)" == $((steps + 1)) ]
check "each epoch was validated" [ "$(grep -E '^[0-9]+(,[0-9.e-]+){5}$' whole/history.csv |
  cut -d , -f 1 | tr '\n' ' ')" == "8 16 24 32 40 48 56 64 " ]
check "no other step was" [ "$(grep -cE '^[0-9]+(,[0-9.e-]+){3},,$' whole/history.csv)" == 56 ]
check "the same curves for TensorBoard" python3 "$here/read_events.py" \
  whole/events.out.tfevents.tweed whole/history.csv
succeeds compare whole

# --- The configuration repeats the run; the command line goes before it.

succeeds train --config whole/config.toml --out again
check "the run from its configuration" same_files again
succeeds train --config whole/config.toml --steps 3 --out shorter
check "three steps" [ "$(wc -l <shorter/history.csv)" == 4 ]
check "which the configuration says" grep -qx "steps = 3" shorter/config.toml
check "and no epochs" has_no epochs shorter/config.toml
printf '\xef\xbb\xbf' | cat - shorter/config.toml >with_mark.toml # as editors on Windows write it
succeeds train --config with_mark.toml --out with_mark
check "a byte-order mark is read past" cmp shorter/config.toml with_mark/config.toml
echo "epoch = 3" >wrong.toml
refuses 2 "wrong.toml: unknown option 'epoch'" train --config wrong.toml
echo "epochs = many" >wrong.toml
refuses 2 "--epochs: expected a whole number" train --config wrong.toml
printf '[train]\nepochs = 3\n' >wrong.toml
refuses 2 'wrong.toml: expected an option and its value a line, found "[train]"' \
  train --config wrong.toml
printf '[%s]\n' "$(printf 'a.%.0s' {1..40000})" >wrong.toml # once, this took 3 GB
refuses 2 'wrong.toml: expected an option and its value a line, found "[a.a.' \
  train --config wrong.toml
refuses 2 "cannot read missing.toml: no such file" train --config missing.toml

ln -s data "no # comment"
succeeds train --data "no # comment" --steps 1 --out hashed
check "the configuration has the whole name" grep -qx 'data = ".*/no # comment"' hashed/config.toml
succeeds train --resume hashed

# --- Twenty kills at random moments, five in each run.

in_training=0
for run in {1..4}; do
  rm -rf killed
  for kill in {1..5}; do
    begin killed
    sleep "$(random_part $((microseconds * 2 / 5)))"
    kill -9 $training
    wait $training
    if [ -e killed/config.toml ] && [ ! -e killed/model.safetensors ]; then
      in_training=$((in_training + 1))
    fi
  done 2>/dev/null
  begin killed
  wait $training
  check "run $run was resumed: $(<stderr)" [ $? == 0 ]
  check "run $run, killed five times, ends in the same files" same_files killed
done

echo "$in_training of 20 kills came in training"

# --- Ctrl-C and SIGTERM end a step, save, and say how to go on.

for signal in INT TERM; do
  rm -rf interrupted
  begin interrupted
  until compgen -G "interrupted/checkpoint-*" >/dev/null; do sleep 0.01; done
  kill -$signal $training
  wait $training
  check "exit code 130 after SIG$signal" [ $? == 130 ]
  check "what to do after SIG$signal: $(<stderr)" grep -qE \
    "^fashion_mnist train: interrupted after step [0-9]+; .* train --resume interrupted$" stderr
  check "one line" [ "$(wc -l <stderr)" == 1 ]
  step=$(grep -oE "step [0-9]+" stderr | grep -oE "[0-9]+")
  check "step $step is saved" [ -e "interrupted/checkpoint-$step.safetensors" ]
  run train --resume interrupted --threads 1
  check "goes on there" grep -qx "Resumed after step $step" stdout
  check "SIG$signal, and resumed: the same files" same_files interrupted
done

# --- A finished run can be resumed as well: there is nothing left to train, and what is there stays.

cp -a interrupted finished
succeeds train --resume finished
check "it says so" grep -qx "The run in finished is finished: nothing to do" stdout
check "no file is written" has_no "^Wrote" stdout
check "no file is changed" diff -r interrupted finished

rm interrupted/{history.csv,report.html}
succeeds train --resume interrupted
check "a finished run gets its files back" same_files interrupted
check "those that were gone" [ "$(grep -c ^Wrote stdout)" == 2 ]
check "its speed stays" cmp {interrupted,finished}/metrics.json
check "and the curves" cmp {interrupted,finished}/events.out.tfevents.tweed

rm interrupted/model.safetensors
succeeds train --resume interrupted
check "without a model the run was killed before it could write" same_files interrupted
check "how long it took is not known" grep -q '^  "train_seconds": null,' interrupted/metrics.json
succeeds compare interrupted
check "nor compared" grep -qE "^interrupted .* - +-$" stdout
cp again/model.safetensors interrupted/ # of the same run
succeeds train --resume interrupted
check "the same model" grep -qx "The run in interrupted is finished: nothing to do" stdout
cp shorter/model.safetensors interrupted/
succeeds train --resume interrupted
check "the model of another run is replaced" same_files interrupted

# --- What a kill in the middle of writing leaves is cleared away.

for file in model.safetensors metrics.json history.csv report.html config.toml \
  checkpoint-64.safetensors events.out.tfevents.tweed; do
  : >"interrupted/$file.tmp-123"
done
succeeds train --resume interrupted
check "no unfinished file is left" same_files interrupted

# --- Damage: the older checkpoint is used, with a warning.

cp -r whole damaged
rm damaged/model.safetensors
newest=damaged/checkpoint-64.safetensors
head -c 5000 whole/checkpoint-64.safetensors >$newest
run train --resume damaged
check "it goes on" [ $status == 0 ]
check "a warning: $(<stderr)" grep -qE "^fashion_mnist train: warning: $newest: damaged: " stderr
check "one line" [ "$(wc -l <stderr)" == 1 ]
check "from the older one" grep -qx "Resumed after step 63" stdout
check "the same files in the end" same_files damaged
for file in damaged/checkpoint-*; do : >"$file"; done
refuses 1 "no checkpoint here is whole" train --resume damaged

# --- What cannot be resumed.

refuses 2 "cannot read nowhere/config.toml: no such file" train --resume nowhere
refuses 2 "--seed cannot stand beside it" train --resume whole --seed 1
sed -i 's/^schedule = .*/schedule = "step"/' again/config.toml
refuses 1 "again/checkpoint-64.safetensors: it is of another run: expected schedule step, found schedule cosine" \
  train --resume again
sed -i 's/^weight-decay = .*/weight-decay = 0.5/' again/config.toml
refuses 1 "another training: expected optimizer.weight_decay 0.5, found 0.01" train --resume again

finish
