#!/usr/bin/env bash
# Waits until the tasks of a SERVICE's newest deployment have run for a minute, and are of the definition that is WANTED.
# Tasks of earlier ones may still be there: a worker in the middle of a long job is protected, and leaves when it is done.
set -euo pipefail

steady=0
for ((look = 0; look < 40; look++)); do # ten minutes: Fargate needs one or two for a task
  told=$(aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" --output text \
    --query "services[0].deployments[?status=='PRIMARY'] | [0].[taskDefinition, desiredCount, runningCount]")
  read -r found desired running <<<"$told"
  if [ "$found" != "$WANTED" ]; then
    echo "::error::$SERVICE runs $found and not $WANTED: ECS has turned the deployment back."
    exit 1
  fi
  # Seen once, a task that runs may be one that ends at once and is started again and again.
  if [ "$running" -ge "$desired" ]; then steady=$((steady + 1)); else steady=0; fi
  if [ "$steady" -ge 5 ]; then exit 0; fi
  sleep 15
done
echo "::error::$SERVICE runs $running of $desired tasks of $WANTED."
exit 1
