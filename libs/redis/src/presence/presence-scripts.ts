import { script } from '../connection/command-link.js';

/**
 * A person is a hash: a field `d:<device>` for each device that announced itself (`expiry|state|connection`), `told` for
 * the state that was told last, `seen` for when the last device went. `due` is a sorted set of people by the moment when
 * their first device may have been silent for too long. A person and their `due` lie in one slot. Time is that of the
 * server: gateways need not agree about it.
 */
const common = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local num = function(value) return string.format('%.0f', value) end

-- The folded state of a person; drops devices that are silent. Answers state, first expiry, last expiry of those dropped.
local fold = function(key, keep)
  local state, first, gone = 'offline', nil, nil
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local expiry, here = string.match(fields[i + 1], '^(%d+)|(%a+)|')
    if expiry and string.sub(fields[i], 1, 2) == 'd:' then
      expiry = tonumber(expiry)
      if expiry <= now then
        if not gone or expiry > gone then gone = expiry end
        if not keep then redis.call('HDEL', key, fields[i]) end
      else
        if not first or expiry < first then first = expiry end
        if state ~= 'online' then state = here end
      end
    end
  end
  return state, first, gone
end

-- Brings a person up to date after a change; answers what is to be told, if anything.
local settle = function(key, due, user, went, keptMs)
  local state, first, gone = fold(key)
  if first then redis.call('ZADD', due, first, user) else redis.call('ZREM', due, user) end
  local told = redis.call('HGET', key, 'told')
  if not told and state == 'offline' then return nil end
  if state == told then return nil end
  redis.call('HSET', key, 'told', state)
  local seen = ''
  if state == 'offline' then
    seen = num(went or gone or now)
    redis.call('HSET', key, 'seen', seen)
  end
  redis.call('PEXPIRE', key, keptMs)
  return { user, state, seen }
end
`;

/**
 * KEYS: person, due. ARGV: channel, how long the last seen is kept (ms), user, device, connection, state, time to live
 * (ms), '1' when this connection announced itself before: it then leaves a newer connection alone.
 */
export const announceScript = script(`${common}
local field = 'd:' .. ARGV[4]
if ARGV[8] == '1' then
  local expiry, _, connection = string.match(redis.call('HGET', KEYS[1], field) or '', '^(%d+)|(%a+)|(.*)$')
  if connection and connection ~= ARGV[5] and tonumber(expiry) > now then return 0 end
end
redis.call('HSET', KEYS[1], field, num(now + ARGV[7]) .. '|' .. ARGV[6] .. '|' .. ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local change = settle(KEYS[1], KEYS[2], ARGV[3], nil, ARGV[2])
if change then redis.call('PUBLISH', ARGV[1], cjson.encode({ change })) end
return 1
`);

/** KEYS: person, due. ARGV: channel, how long the last seen is kept (ms), user, device, connection. */
export const disconnectScript = script(`${common}
local field = 'd:' .. ARGV[4]
local connection = string.match(redis.call('HGET', KEYS[1], field) or '', '^%d+|%a+|(.*)$')
if connection ~= ARGV[5] then return 0 end
redis.call('HDEL', KEYS[1], field)
local change = settle(KEYS[1], KEYS[2], ARGV[3], now, ARGV[2])
if change then redis.call('PUBLISH', ARGV[1], cjson.encode({ change })) end
return 1
`);

/**
 * Finds those who fell silent. KEYS: due. ARGV: channel, how long the last seen is kept (ms), what the keys of people
 * begin with, at most how many people. Answers how many it looked at.
 */
export const sweepScript = script(`${common}
local people = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])
local changes = {}
for _, user in ipairs(people) do
  changes[#changes + 1] = settle(ARGV[3] .. user, KEYS[1], user, nil, ARGV[2])
end
if #changes > 0 then redis.call('PUBLISH', ARGV[1], cjson.encode(changes)) end
return #people
`);

/** KEYS: people. Answers state and last seen (ms, empty: unknown) of each, in their order. */
export const getScript = script(`${common}
local answer = {}
for _, key in ipairs(KEYS) do
  local state, _, gone = fold(key, true)
  local seen = ''
  if state == 'offline' then seen = (gone and num(gone)) or redis.call('HGET', key, 'seen') or '' end
  answer[#answer + 1] = state
  answer[#answer + 1] = seen
end
return answer
`);

/**
 * Whether this Redis still is the one it was: a value that is made once and is gone when Redis is emptied. KEYS: epoch.
 * ARGV: what it becomes when there is none.
 */
export const epochScript = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`);
