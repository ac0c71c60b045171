#!/usr/bin/env bash
# Makes a full backup with the settings of the environment or of .env; BACKUPFN names the command line where it is not `backupfn`.
exec ${BACKUPFN:-backupfn} backup full "$@"
