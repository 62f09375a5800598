import type { DeviceAdded, DeviceRemoved } from '@parley/events';
import { accept, checkBytes, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import type { UserState } from '../state.js';

export interface AddDevice {
  readonly deviceId: string;
  readonly name: string;
}

/** A device that is there already keeps its name. */
export function addDevice(state: UserState, command: AddDevice): Decision<DeviceAdded> {
  if (state.phase === 'not-registered') return refuse({ code: 'user_not_found' });
  const { deviceId, name } = command;
  if (state.devices.has(deviceId)) return nothingToDo;
  const malformed = checkBytes('deviceName', name, 0, limits.deviceNameBytes);
  if (malformed !== null) return malformed;
  const limit = limits.devicesPerUser;
  if (state.devices.size >= limit) {
    return refuse({ code: 'device_limit', details: { limit, actual: state.devices.size + 1 } });
  }
  return accept({ type: 'DeviceAdded.v1', data: { deviceId, name } });
}

export interface RemoveDevice {
  readonly deviceId: string;
}

export function removeDevice(state: UserState, command: RemoveDevice): Decision<DeviceRemoved> {
  if (state.phase === 'not-registered') return refuse({ code: 'user_not_found' });
  const { deviceId } = command;
  return state.devices.has(deviceId) ? accept({ type: 'DeviceRemoved.v1', data: { deviceId } }) : nothingToDo;
}
