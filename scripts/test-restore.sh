#!/usr/bin/env bash
# Restores a backup for trial, compares it, and leaves nothing behind; BACKUPFN names the command line where it is not `backupfn`.
exec ${BACKUPFN:-backupfn} drill "$@"
