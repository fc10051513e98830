// Azurite's blob service, which ends when its standard input does: a test that
// dies, however it dies, leaves no server behind.
process.stdin.on("end", () => process.exit(0)).resume();
require("azurite/dist/src/blob/main");
