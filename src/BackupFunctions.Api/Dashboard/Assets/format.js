const units = ["B", "KB", "MB", "GB", "TB", "PB"];

export function size(bytes) {
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${unit === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

// ids begin with their time: fewer digits are the same for backups of one minute; the API finds a backup by these
export const short = id => id.slice(0, 12);

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const time = iso => iso ? iso.replace("T", " ").replace(/:\d\dZ$/, "") : "";

export const second = iso => iso ? iso.replace("T", " ").replace("Z", "") : "";

// both ends; what is short is told to the second
export const range = (from, to) => [from, to].map(Date.parse(to) - Date.parse(from) < 600000 ? second : time);

const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];

function span(seconds) {
  for (const [name, length] of steps) if (seconds >= length) return count(Math.floor(seconds / length), name);
  return "less than a minute";
}

export const ago = iso => `${span((Date.now() - Date.parse(iso)) / 1000)} ago`;

export const ahead = iso => Date.parse(iso) > Date.now() ? `in ${span((Date.parse(iso) - Date.now()) / 1000)}` : "due now";

// FullBackup, full-backup -> full backup
export const words = name => name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[-_]/g, " ").toLowerCase();

export const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);
