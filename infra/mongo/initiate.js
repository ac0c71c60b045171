// Runs on the first member, by its localhost exception until there is a user. May run again: what is there stays.
const fs = require('fs');

const admin = db.getSiblingDB('admin');
const password = fs.readFileSync('/run/secrets/mongo-admin-password', 'utf8').trim();
let known = false;
try {
  rs.status();
} catch (e) {
  if (e.codeName === 'Unauthorized') known = true;
  else if (e.codeName !== 'NotYetInitialized') throw e;
  else rs.initiate({
    _id: 'rs0',
    members: [
      { _id: 0, host: 'mongo-1:27017', priority: 2 },
      { _id: 1, host: 'mongo-2:27017' },
      { _id: 2, host: 'mongo-3:27017' },
    ],
  });
}

for (let tries = 0; !db.hello().isWritablePrimary; tries++) {
  if (tries === 60) throw new Error('mongo-1 has not become the primary in a minute');
  sleep(1000);
}

if (!known) admin.createUser({ user: 'admin', pwd: password, roles: ['root'] });
admin.auth('admin', password);

// reads everything and the oplog, writes its own catalogue; the name is the subject of its certificate
const external = db.getSiblingDB('$external');
const backup = 'CN=backup,OU=clients,O=BackupFunctions';
if (external.getUser(backup) === null) external.runCommand({
  createUser: backup,
  roles: [
    { role: 'backup', db: 'admin' },
    { role: 'clusterMonitor', db: 'admin' },
    { role: 'readAnyDatabase', db: 'admin' },
    { role: 'read', db: 'local' },
    { role: 'readWrite', db: 'backup_catalog' },
  ],
});
