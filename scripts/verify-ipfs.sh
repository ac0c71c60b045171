#!/usr/bin/env bash
# Looks at both nodes, and at all else that a backup needs; BACKUPFN names the command line where it is not `backupfn`.
exec ${BACKUPFN:-backupfn} doctor "$@"
