#!/usr/bin/env bash
# Tests the program fashion_mnist from outside, on small data: fashion_mnist_test.sh PROGRAM
source "$(dirname "${BASH_SOURCE[0]}")/fashion_mnist_setup.sh" "$1"
small=(--data data --steps 2 --batch-size 2)

# --- Help, and wrong command lines: exit code 2.

succeeds --version
check "a version" grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' stdout
succeeds --help
for command in explore train evaluate predict export ladder compare; do
  check "$command in the help" grep -q "^  $command " stdout
done
for command in train evaluate predict; do
  succeeds $command --help
  check "--threads in the help of $command" grep -q -- --threads stdout
done

refuses 2 "expected a command; see --help"
refuses 2 "fashion_mnist: unknown argument 'test'" test
refuses 2 "fashion_mnist train: unknown argument '--step'" train --step 3
refuses 2 "unknown argument '--a b'" train $'--a\nb'
refuses 2 "--steps" train --steps
refuses 2 "--steps" train --steps 3 --steps 4
for value in 0 -1 1.5 1e3 0x10 many '' 99999999999999999999; do
  refuses 2 "--steps: expected a whole number from 1 to" train --steps "$value"
  refuses 2 "--batch-size: expected a whole number from 1 to" train --batch-size "$value"
  refuses 2 "--threads: expected a whole number from 1 to" train --threads "$value"
done
for value in 0 -0.1 nan inf 1e999 fast 0.1x ''; do
  refuses 2 "--learning-rate: expected a number above 0" train --learning-rate "$value"
done
refuses 2 "--seed: expected a whole number from 0 to 18446744073709551615" train --seed -1
refuses 2 "--seed: expected" train --seed 18446744073709551616
refuses 2 "--threads: expected" train --threads 100000
refuses 2 "--optimizer: expected adam, sgd, nesterov or muon, found 'adamw'" train --optimizer adamw
refuses 2 "--out: expected a path" train --out ''
refuses 2 "--epochs: expected a whole number from 1 to" train --epochs 0
refuses 2 "--steps excludes --epochs" train --epochs 1 --steps 1
refuses 2 "--schedule: expected constant, cosine, step, plateau, triangle or one-cycle, found 'linear'" \
  train --schedule linear
refuses 2 "--augment: expected a list of shift, crop, flip, alternating-flip, affine, cutout, erase, mixup$(
  ) or cutmix, found 'turn'" train --augment turn
for value in '' shift, ,flip; do
  refuses 2 "--augment: expected a list of shift, " train --augment "$value"
done
refuses 2 "--augment: expected at most 1 numbers behind cutout, found 'cutout:1:2'" \
  train --augment shift,cutout:1:2
refuses 2 "--augment: expected a whole number from 0 to 10000, found '1.5'" train --augment cutout:1.5
refuses 2 "--augment: Cutout: size is 29, it must be 1 to 28 for images of 28x28x1" \
  train --augment cutout:29
refuses 2 "--augment: RandomErasing: probability is 2, " train --augment erase:2
refuses 2 "--early-stopping: expected a whole number from 0" train --early-stopping -1
refuses 2 "--checkpoint-every: expected a whole number from 0" train --checkpoint-every x
for value in -0.1 1 nan ''; do
  refuses 2 "--label-smoothing: expected a number from 0 to below 1" train --label-smoothing "$value"
  refuses 2 "--validation-split: expected a number from 0" train --validation-split "$value"
done
for value in -1 inf ''; do
  refuses 2 "--weight-decay: expected a number from 0 to" train --weight-decay "$value"
  refuses 2 "--clip-norm: expected a number from 0 to" train --clip-norm "$value"
done
refuses 2 "--recipe: expected reference, fast, best or record, found 'slow'" train --recipe slow
refuses 2 "--widths: expected a whole number from 1 to 4096, found 'x'" train --widths 8,x
for option in "--momentum 0.5" "--lookahead 5" "--companion-rate 0.1"; do
  refuses 2 "${option% *}: it has no effect with --optimizer adam, it is for " train $option
done
for option in "--widths 8" "--kernels 3" "--stem 2" "--whiten 9" "--shift-rate 2" "--dropout 0.1"; do
  refuses 2 "${option% *}: it has no effect with --network reference, it is for plain or residual" \
    train $option
done
refuses 2 "--rise: it has no effect with --schedule cosine, it is for triangle or one-cycle" \
  train --schedule cosine --rise 0.5
refuses 2 "--decay-of: it has no effect with --weight-decay 0" train --decay-of kernels
refuses 2 "--whiten: it has no effect with --stem 0" train --network plain --stem 0 --whiten 9
refuses 1 "network: --widths makes 2 blocks, --kernels has 3 numbers; expected one, or one a block" \
  train --network plain --widths 4,8 --kernels 3,3,3
refuses 2 "--model is required" evaluate
refuses 2 "expected image files, or --index; see --help" predict --model model
refuses 2 "--top: expected a whole number from 1 to 10" predict --model model --index 1 --top 11
refuses 2 "--index: expected a whole number" predict --model model --index 1 two
refuses 2 "--index: expected a whole number" predict --model model --index -1

# --- Exploring.

succeeds explore --data data --out seen/first.png
check "four images of a class to train with, one to test" \
  [ "$(grep -cE '^[A-Z][a-z/ -]+ +4 +1$' stdout)" == 10 ]
check "the pixels" grep -q '^pixels from 0 to 255: mean 41.6, standard deviation 73.9 ' stdout
check "a PNG" grep -q PNG <(head -c 4 seen/first.png)
check "its path" grep -qxF "Wrote seen/first.png" stdout
check "no colour where there is no terminal" has_no $'\e' stdout
refuses 1 "cannot create the folder data/train-labels-idx1-ubyte" explore --data data \
  --out data/train-labels-idx1-ubyte/first.png

# --- Training, where the output is no terminal.

succeeds train --data data --steps 101 --batch-size 2 --out a/b --threads 2
check "two lines of progress" [ "$(grep -c '^step ' stdout)" == 2 ]
check "a line at step 100" grep -qE '^step 100/101  loss .* images/s  .* left$' stdout
check "a line at the last step" grep -qE '^step 101/101  loss .* in all$' stdout
check "nothing redrawn" has_no $'\r' stdout
check "the shapes of the data" grep -qE '^  train +40 images of 28x28x1' stdout
check "the summary" grep -q '^parameters: 1,447,946' stdout
check "the bars are learned" grep -qE 'loss 0\.[0-9]+, accuracy 100\.00 %$' stdout
check "ten classes" [ "$(grep -cE ' 1 +100\.0 % +100\.0 %$' stdout)" == 10 ]
check "the model's path" grep -qxF "Wrote a/b/model.safetensors" stdout
check "the metrics' path" grep -qxF "Wrote a/b/metrics.json" stdout
for file in history.csv events.out.tfevents.tweed report.html; do
  check "the path of $file" grep -qxF "Wrote a/b/$file" stdout
done
check "these files alone" [ "$(cd a/b && echo *)" == "checkpoint-101.safetensors config.toml$(
  ) events.out.tfevents.tweed history.csv metrics.json model.safetensors report.html" ]
check "a line for each step and a heading" [ "$(wc -l <a/b/history.csv)" == 102 ]
check "curves for TensorBoard" python3 "$here/read_events.py" \
  a/b/events.out.tfevents.tweed a/b/history.csv
check "the report is one whole page" python3 "$here/check_page.py" a/b/report.html
check "what happened" grep -qF "It recognises 10 of 10 images it had never seen" a/b/report.html
check "no mistakes" grep -qF "There are none." a/b/report.html
check "JSON" is_json a/b/metrics.json
for key in test_accuracy test_loss steps batch_size seed threads train_seconds ms_per_step_median \
  ms_per_step_min images_per_second final_train_loss; do
  check "$key in metrics.json" grep -qE "^  \"$key\": [0-9.e-]+,$" a/b/metrics.json
done
check "the accuracy" grep -q '^  "test_accuracy": 1.0,' a/b/metrics.json
check "the steps" grep -q '^  "steps": 101,' a/b/metrics.json
sed -n '/^Test on/,/^Ankle boot/p' stdout >trained

# --- The trained model.

succeeds evaluate --model a/b/model.safetensors --data data
sed -n '/^Test on/,/^Ankle boot/p' stdout >evaluated
check "evaluate finds what train found" cmp trained evaluated
FASHION_MNIST_DIR=data succeeds evaluate --model a/b/model.safetensors --threads 1
FASHION_MNIST_DIR=nowhere succeeds predict --model a/b/model.safetensors --data data --index 0 3 5
tail -n 3 stdout >predicted
check "a row for 0" grep -qE '^ +0  T-shirt/top +T-shirt/top +T-shirt/top [0-9.]+ %, ' predicted
check "a row for 3" grep -qE '^ +3  Dress +Dress +Dress [0-9.]+ %, ' predicted
check "a row for 5" grep -qE '^ +5  Sandal +Sandal +Sandal [0-9.]+ %, ' predicted
refuses 1 "--index 10: there are 10 test images" predict --model a/b/model.safetensors \
  --data data --index 10

# --- What its file says of images and classes is heeded, or refused.

change() { python3 "$here/change_metadata.py" a/b/model.safetensors changed.safetensors "$@"; }
answer() { # of the model in changed.safetensors, for the first image, as JSON
  succeeds predict --model changed.safetensors --data data --index 0 --json --top 1
  mv stdout "$1"
}

succeeds predict --model a/b/model.safetensors --data data --index 0 --json --top 1
mv stdout usual
change preprocessing ""
answer unscaled
check "without a scale it is the usual one" cmp usual unscaled
change preprocessing '{"scale":0.00784313725490196}'
answer doubled
check "another scale gives another answer" differ usual doubled
change preprocessing '{"scale":0.00784313725490196}' --halve-first-kernel
answer as_before
check "unless the network wants it" python3 - <<'END'
import json
before, after = (json.load(open(name))[0]["probabilities"][0] for name in ("usual", "as_before"))
assert before["class"] == after["class"]
assert abs(before["probability"] - after["probability"]) < 1e-5
END
succeeds evaluate --model changed.safetensors --data data
sed -n '/^Test on/,/^Ankle boot/p' stdout >evaluated
check "evaluate heeds it as well" cmp trained evaluated
succeeds export --model changed.safetensors --onnx changed.onnx
check "and export" grep -qa "multiplied by 0.00784313725490196" changed.onnx
change class_names ""
answer unnamed
check "without names they are the usual ones" cmp usual unnamed
change class_names '["0","1","2","3","4","5","6","7","8","9"]'
for command in "evaluate --data data" "predict --data data --index 0" "export --onnx changed.onnx"; do
  refuses 1 'changed.safetensors: expected class 0 to be T-shirt/top, as in Fashion-MNIST, found "0"' \
    $command --model changed.safetensors
done

succeeds export --model a/b/model.safetensors --onnx model.onnx
check "the path of the ONNX file" grep -qxF "Wrote model.onnx" stdout
check "its operations" grep -qa Gemm model.onnx
check "its classes" grep -qa "T-shirt/top, Trouser" model.onnx
check "no softmax unasked" has_no -a Softmax model.onnx
succeeds export --model a/b/model.safetensors --onnx model.onnx --softmax
check "a softmax" grep -qa Softmax model.onnx
refuses 1 "cannot write nowhere/model.onnx: no such folder: nowhere" export \
  --model a/b/model.safetensors --onnx nowhere/model.onnx
refuses 2 "--onnx is required" export --model a/b/model.safetensors

# --- Pictures from files.

for label in 0 4 9; do
  python3 "$here/write_png.py" "bar$label.png" <image$label
done
python3 "$here/write_png.py" "large 4.jpeg" --large <image4
head -c 784 /dev/zero | python3 "$here/write_png.py" blank.png
succeeds predict --model a/b/model.safetensors bar0.png bar4.png bar9.png "large 4.jpeg" blank.png
check "bar 0" grep -qE '^ +bar0.png +- +T-shirt/top +T-shirt/top [0-9.]+ %, ' stdout
check "bar 4" grep -qE '^ +bar4.png +- +Coat ' stdout
check "bar 9" grep -qE '^ +bar9.png +- +Ankle boot ' stdout
check "what a picture is like" grep -qE '^ +28x28 in grey, light on dark$' stdout
check "a picture turned round" grep -qE '^ +172x171 in colour, dark on light: inverted, trimmed' stdout
check "a blank picture" grep -qE ': nothing stands out from the background$' stdout
succeeds predict --model a/b/model.safetensors bar4.png --data data --index 3 5 --json --top 2
check "JSON for programs" python3 - <<'END'
import json
answers = json.load(open("stdout"))
assert [a["image"] for a in answers] == ["bar4.png", "3", "5"]
assert [a["predicted"] for a in answers] == ["Coat", "Dress", "Sandal"]
assert [a.get("label") for a in answers] == [None, "Dress", "Sandal"]
for answer in answers:
    first, second = answer["probabilities"]
    assert first["class"] == answer["predicted"]
    assert 1 >= first["probability"] >= second["probability"] >= 0
END
refuses 1 "cannot read none.png: no such file" predict --model a/b/model.safetensors none.png
head -c 60 bar4.png >half.png
refuses 1 "half.png: damaged PNG: " predict --model a/b/model.safetensors bar4.png half.png
check "no answer before that" [ ! -s stdout ]
refuses 1 "image0: expected a PNG or JPEG image" predict --model a/b/model.safetensors image0

# --- What cannot be read or written: exit code 1, and before training.

refuses 1 "nowhere: expected the files of Fashion-MNIST" train --data nowhere
FASHION_MNIST_DIR=nowhere refuses 1 "nowhere (from FASHION_MNIST_DIR)" train
cp -r data truncated && make_images 40 | head -c 9000 >truncated/train-images-idx3-ubyte
refuses 1 "truncated/train-images-idx3-ubyte: at byte 9000" train --data truncated
refuses 1 "cannot create the folder data/train-labels-idx1-ubyte" train "${small[@]}" \
  --out data/train-labels-idx1-ubyte
check "no training before that" has_no Training stdout
mkdir -p taken/metrics.json
refuses 1 "cannot write taken/metrics.json" train "${small[@]}" --out taken
check "no training before that" has_no Training stdout
check "no model before that" [ ! -e taken/model.safetensors ]
refuses 1 "lower the learning rate" train --data data --steps 50 --batch-size 2 \
  --optimizer sgd --learning-rate 1000 --out diverged
check "no results of a training that failed" [ "$(ls diverged)" == config.toml ]

refuses 1 "cannot read nothing: no such file" evaluate --model nothing --data data
refuses 1 "cannot read data: expected a file" evaluate --model data --data data
head -c 3000000 a/b/model.safetensors >cut
refuses 1 "cut: " predict --model cut --data data --index 0
: >empty
refuses 1 "empty: " evaluate --model empty --data data
refuses 1 "a/b/metrics.json: " evaluate --model a/b/metrics.json --data data
other='{"conv2d_1.kernel":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
printf "\\x$(printf %x ${#other})\0\0\0\0\0\0\0%s1234" "$other" >other
refuses 1 "other: the file does not say which network it holds" \
  evaluate --model other --data data
if [ -e /dev/full ]; then
  "$program" --version >/dev/full 2>stderr
  check "a full disk is noticed" [ $? == 1 ]
fi

# --- The same flags give the same bytes, whatever the number of threads.

for threads in 1 2 3; do
  succeeds train --data data --steps 2 --batch-size 9 --threads $threads --out "threads$threads"
done
check "1 and 2 threads, the same model" cmp threads{1,2}/model.safetensors
check "1 and 3 threads, the same model" cmp threads{1,3}/model.safetensors
succeeds train "${small[@]}" --seed 1 --out one
succeeds train "${small[@]}" --seed 1 --out again
check "the same training again, the same model" cmp {one,again}/model.safetensors
check "the same history" cmp {one,again}/history.csv
succeeds train "${small[@]}" --seed 2 --out other_seed
check "another seed, another model" differ one/model.safetensors other_seed/model.safetensors
succeeds train "${small[@]}" --seed 1 --optimizer sgd --out sgd
check "another optimizer, another model" differ one/model.safetensors sgd/model.safetensors

# --- Runs side by side.

succeeds compare one sgd a/b --out seen/compare.html
check "a row for each run" [ "$(grep -cE '^(one|sgd|a/b) +[0-9.]+ % ' stdout)" == 3 ]
check "what a run was like" grep -qE '^a/b +100\.00 % +0\.[0-9]+ +101 +2 +adam +0\.001 +0 ' stdout
check "the other optimizer" grep -qE '^sgd .* 2 +2 +sgd +0\.01 +1 ' stdout
check "the comparison is one whole page" python3 "$here/check_page.py" seen/compare.html
check "the best run" grep -qF "a/b is ahead with 100.00&nbsp;%" seen/compare.html
check "its path" grep -qxF "Wrote seen/compare.html" stdout
refuses 2 "runs is required" compare
refuses 1 "cannot read nowhere/metrics.json: no such file" compare one nowhere
cp -r one damaged
for damage in 's/^1,/2,/' 's/^2,[^,]*/2,nan/' 's/^2,/2 ,/' '1s/loss/lost/' '1s/,[^,]*$//' \
  '2s/$/,/' '2s/,[^,]*$//' '2s/$/0.5/' '2s/,$/0.5,/' '2s/,$/0.5,0.5,/'; do
  sed "$damage" one/history.csv >damaged/history.csv
  refuses 1 "damaged/history.csv: " compare one damaged
done
echo '{"test_accuracy": "high"}' >damaged/metrics.json
refuses 1 'damaged/metrics.json: expected a number "test_accuracy"' compare damaged
echo '{"test_accuracy"' >damaged/metrics.json
refuses 1 "damaged/metrics.json: expected a JSON object" compare damaged

# --- Recipes: lists of options, which can be printed, changed and read again.

for recipe in reference fast best record; do
  succeeds train --recipe $recipe --data data --print-config
  mv stdout $recipe.toml
  succeeds train --config $recipe.toml --print-config
  check "$recipe, read again, is what it was" cmp stdout $recipe.toml
done
succeeds train --print-config
check "a recipe of what is done anyway" cmp stdout <(grep -v '^data' reference.toml)
for setting in 'network = "plain"' 'optimizer = "muon"' 'views = "mirrored"'; do
  check "$setting in a recipe" grep -qx "$setting" fast.toml
done
succeeds train --recipe fast --print-config --steps 7 --optimizer adam --learning-rate 0.1
check "the command line goes before it" grep -qx "steps = 7" stdout
check "in all that it says" has_no epochs stdout
check "and what that leaves without effect" has_no "^momentum" stdout
check "is left out, nothing else" grep -qx "rise = 0.2" stdout
echo "seed = 5" >few.toml
succeeds train --config few.toml --recipe fast --print-config
check "a file goes with a recipe" grep -qx "seed = 5" stdout
sed -i 's/^momentum.*/momentum = 2/' fast.toml
refuses 2 "--momentum: expected a number from 0 to below 1, found '2'" train --config fast.toml
sed -i 's/^momentum.*/momentum = 0.5/; s/"muon"/"adam"/' fast.toml
refuses 2 "--momentum: it has no effect with --optimizer adam" train --config fast.toml

small_recipe=(--data data --widths 4,8,8 --steps 6 --batch-size 8 --checkpoint-every 2)
for recipe in fast record; do
  succeeds train --recipe $recipe "${small_recipe[@]}" --stem 2 --whiten 5000 --threads 1 --out "$recipe"
  check "the network" grep -q '^layer_scale_1 ' stdout
  for setting in '"widths": "4,8,8"' '"whiten": "5000"' '"optimizer": "muon"'; do
    check "$setting in the metrics of $recipe" grep -qF "$setting" $recipe/metrics.json
  done
  check "the recipe in the report" grep -qF "alternating-flip" $recipe/report.html
  succeeds train --config $recipe/config.toml --threads 2 --out "$recipe.2"
  check "$recipe on 2 threads, the same model" cmp $recipe{,.2}/model.safetensors
  check "the same history" cmp $recipe{,.2}/history.csv
  rm "$recipe.2"/{model.safetensors,checkpoint-6.safetensors} # as if it was killed
  succeeds train --resume "$recipe.2"
  check "goes on" grep -qx "Resumed after step 4" stdout
  check "$recipe, killed and resumed, the same model" cmp $recipe{,.2}/model.safetensors
  check "and history" cmp $recipe{,.2}/history.csv
done
succeeds evaluate --model fast/model.safetensors --data data --views mirrored
check "evaluate with the views of the run" grep -qF "$(sed -n 's/^Test on/Test on/p' stdout)" <(
  "$program" train --resume fast)
refuses 2 "--views: expected mirrored or shifted" evaluate --model fast/model.safetensors --views all
succeeds train --recipe fast "${small_recipe[@]}" --optimizer nesterov --learning-rate 1 --out nesterov \
  --validation-split 0.25 --augment erase,mixup,cutmix:1,affine:5 --decay-of kernels
check "nesterov in the metrics" grep -qF '"optimizer": "nesterov"' nesterov/metrics.json
succeeds train --recipe fast "${small_recipe[@]}" --optimizer sgd --lookahead 2 --schedule one-cycle \
  --out lookahead --pool average --dropout 0.1 --stem 0 --whiten 0 --activation silu
check "lookahead in the report" grep -qF "<dt>Lookahead</dt>" lookahead/report.html

# --- The ladder.

succeeds ladder --data data --trial --seeds 2 --seed 7 --out seen/ladder
check "five stages with two seeds" [ "$(grep -cE '^Stage [1-5]: .*, seed [78]$' \
  stdout)" == 10 ]
check "a table" grep -qE '^5 two more dropouts +[0-9.]+ % +90\.0 % +89 to 90 %$' stdout
check "what a trial is worth" grep -q "^A trial with a hundredth of the steps" stdout
check "the ladder is one whole page" python3 "$here/check_page.py" seen/ladder/ladder.html
check "the ladder as JSON" python3 - <<'END'
import json
stages = json.load(open("seen/ladder/ladder.json"))
assert [stage["steps"] for stage in stages] == [10, 10, 10, 15, 15]
for stage in stages:
    first, second = stage["test_accuracy_by_seed"]
    assert abs(stage["test_accuracy"] - (first + second) / 2) < 1e-12
END

# --- A kill at any moment leaves the old file or the new one.

# killed SEED SECONDS [FILES]: kills a training after SECONDS, counted from when FILES are there.
killed() {
  rm -f killed/*.tmp*
  "$program" train "${small[@]}" --seed "$1" --out killed >/dev/null 2>&1 &
  if [ $# == 3 ]; then
    until compgen -G "$3" >/dev/null || ! kill -0 $!; do :; done
  fi
  sleep "$2"
  kill -9 $!
  wait $!
} 2>/dev/null

is_whole() {
  is_json killed/metrics.json &&
    { cmp -s killed/model.safetensors one/model.safetensors ||
      cmp -s killed/model.safetensors other_seed/model.safetensors; }
}

cp -r one killed
start=${EPOCHREALTIME/[.,]/}
run train "${small[@]}" --out killed --seed 2
microseconds=$((${EPOCHREALTIME/[.,]/} - start))
for i in {1..8}; do
  moment=$((RANDOM % 100 * microseconds / 100))
  killed $((i % 2 + 1)) "$(printf '%d.%06d' $((moment / 1000000)) $((moment % 1000000)))"
  check "killed: the files are whole" is_whole
done
interrupted=0
for i in {1..12}; do
  file=$([ $((i % 3)) == 0 ] && echo metrics.json || echo model.safetensors)
  killed $((i % 2 + 1)) "0.00$((RANDOM % 5))" "killed/$file.tmp-*"
  check "killed while $file is written: the files are whole" is_whole
  if compgen -G "killed/*.tmp-*" >/dev/null; then interrupted=$((interrupted + 1)); fi
done
echo "$interrupted of 12 kills came in the middle of a write"
succeeds train "${small[@]}" --seed 2 --out killed
check "the next training is as if nothing had happened" cmp killed/model.safetensors \
  other_seed/model.safetensors

# --- Training on a terminal of 70 columns, where `script` can stand in for one.

if script --version 2>/dev/null | grep -q util-linux; then
  start=${EPOCHREALTIME/[.,]/}
  TERM=xterm script -qec "stty cols 70; '$program' train --data data --steps 40 --batch-size 1" \
    /dev/null </dev/null >terminal
  tenths=$(((${EPOCHREALTIME/[.,]/} - start) / 100000))
  tr '\r' '\n' <terminal | grep '^step ' >drawn
  check "a first drawing" grep -qE '^step  1/40 .* left *$' drawn
  check "a last drawing" grep -qE '^step 40/40 .* in all *$' drawn
  check "drawn in 69 columns" [ -z "$(awk 'length != 69' drawn)" ]
  check "drawn at most ten times a second" [ "$(wc -l <drawn)" -le $((tenths + 2)) ]
  check "the default folder" [ -s runs/fashion_mnist/model.safetensors ]
  TERM=dumb script -qec "'$program' train --data data --steps 2 --batch-size 1" /dev/null \
    </dev/null >terminal
  check "nothing redrawn where TERM is dumb" [ "$(grep -c '^step ' terminal)" == 1 ]
  COLORTERM=truecolor TERM=xterm script -qec "stty cols 80; '$program' explore --data data" \
    /dev/null </dev/null >terminal
  check "pictures in the terminal" [ "$(grep -c '▀' terminal)" == 28 ]
  check "five a row" [ "$(grep -c '^T-shirt/top *Trouser *Pullover *Dress *Coat' terminal)" == 2 ]
  NO_COLOR=1 COLORTERM=truecolor TERM=xterm script -qec "'$program' explore --data data" /dev/null \
    </dev/null >terminal
  check "none where NO_COLOR is set" has_no '▀' terminal
else
  echo "no util-linux script here: nothing is tested on a terminal"
fi

finish
