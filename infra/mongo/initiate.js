// Runs on the first member, by its localhost exception. May run again: what is there stays.
const fs = require('fs');

try {
  rs.status();
} catch (e) {
  if (e.codeName !== 'NotYetInitialized') { if (e.codeName === 'Unauthorized') quit(0); throw e; }
  rs.initiate({
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

const admin = db.getSiblingDB('admin');
const password = fs.readFileSync('/run/secrets/mongo-admin-password', 'utf8').trim();
admin.createUser({ user: 'admin', pwd: password, roles: ['root'] });
admin.auth('admin', password);

// reads everything and the oplog, writes its own catalogue
db.getSiblingDB('$external').runCommand({
  createUser: 'CN=backup,OU=clients,O=BackupFunctions',
  roles: [
    { role: 'backup', db: 'admin' },
    { role: 'clusterMonitor', db: 'admin' },
    { role: 'readAnyDatabase', db: 'admin' },
    { role: 'read', db: 'local' },
    { role: 'readWrite', db: 'backup_catalog' },
  ],
});
