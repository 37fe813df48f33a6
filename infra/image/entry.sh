#!/bin/sh
# The image's `audio-backend`: prepares the container, then becomes the program of that name.
set -eu

home="${INSTALLED:-/opt/audio-backend}"

# numba runs machine code only from a folder that it may also write to, and the root is read-only: what the build has
# compiled goes where adapters/audio/compiled.py will look for it. Where the system lets the engine's children leave the
# network, they do so by a namespace of their own, in which every user has the number 65534.
for number in "$(id -u)" 65534; do
  cache="${TMPDIR:-/tmp}/audio-backend-numba-$number"
  if [ ! -e "$cache" ]; then
    mkdir -m 700 "$cache"
    cp -r "$home/numba/." "$cache"
  fi
done

# SageMaker hosts a model by `docker run IMAGE serve` and knows no other command. The model's environment says that the
# model server is meant, since `serve` is a command of ours too.
if [ "$*" = serve ] && [ "${SAGEMAKER_SERVES:-}" = model-server ]; then
  set -- model-server
fi

exec "$home/bin/audio-backend" "$@"
