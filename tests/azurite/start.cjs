// Starts Azurite's blob service with the arguments of this program. It ends with standard input, so that it never outlives who started it.
process.stdin.on('end', () => process.exit(0)).resume();
require('azurite/dist/src/blob/main.js');
