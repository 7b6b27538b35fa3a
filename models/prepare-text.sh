#!/bin/sh
# Makes the texts of models/espalier-kjv: the King James Bible (public domain) from Debian's package bible-kjv, one verse a line,
# an empty line between chapters, <|endoftext|> between books, verse numbers and headings left out.
#
#   models/prepare-text.sh [FOLDER]
#
# writes train.txt to FOLDER (default: models/espalier-kjv), and held-out.txt and calibration.txt beside it. Of every 48 chapters in
# order, the 24th goes to the held-out text, the 48th to the calibration text, the others to the training text.
set -eu
folder=${1:-$(dirname "$0")/espalier-kjv}
mkdir -p "$folder"
if ! command -v bible >/dev/null; then
  apt-get install -y bible-kjv
fi
bible 'Gen1:1-Rev22:21' | LC_ALL=C awk -v folder="$folder" '
  function flush_verse() { if (verse != "") { chapter = chapter verse "\n"; verse = "" } }
  function flush_chapter(   place, file) {
    flush_verse()
    if (chapter == "") return
    place = count++ % 48
    file = folder (place == 23 ? "/held-out.txt" : place == 47 ? "/calibration.txt" : "/train.txt")
    if (file in written) printf "\n" > file
    if (place != 23 && place != 47) {
      if (book != last && last != "") printf "<|endoftext|>" > file
      last = book
    }
    printf "%s", chapter > file
    written[file] = 1
    chapter = ""
  }
  # A heading: the name of the book and the number of the chapter.
  /^[1-3A-Z].* [0-9]+$/ && !/^ / && blank { flush_chapter(); book = $0; sub(/ [0-9]+$/, "", book); blank = 0; next }
  /^$/ { blank = 1; next }
  /^ *[0-9]+ / { flush_verse(); sub(/^ *[0-9]+ /, ""); verse = $0; blank = 0; next }
  { verse = verse " " $0; blank = 0 }
  END { flush_chapter() }
'
wc -c "$folder/train.txt" "$folder/held-out.txt" "$folder/calibration.txt"
