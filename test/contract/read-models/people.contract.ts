import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function peopleContract(stage: ReadModelsStage): void {
  const { aScene, settle } = stage;
  describe('people', () => {
    it('are found by name, whole or begun, without accents or case', async () => {
      const { scene, id } = aScene();
      const [a, b] = [id('usr_a'), id('usr_b')];
      scene.register(a, id('zoe'), 'Zoë Éluard').register(b, id('zoltan'), 'Zoltán Kocsis');
      scene.user(b, { type: 'ProfileChanged.v1', data: { about: 'pianist', presenceVisibility: 'nobody' } });
      await settle(scene);
      const { people } = stage.models.readModels;
      const find = async (query: string) =>
        (await people.find(query, 10)).map((json) => (JSON.parse(json) as { id: string }).id);
      expect(await find('zoe eluard')).toContain(a);
      expect(await find('zo')).toEqual(expect.arrayContaining([a, b]));
      expect(await find('KOC')).toContain(b);
      expect(await find('zoe kocsis')).toEqual([]);
      expect(await find('')).toEqual([]);
      expect(JSON.parse((await people.byUsername(id('zoltan'))) ?? '')).toMatchObject({ id: b, about: 'pianist' });
      expect(await people.byIds([a, 'usr_unknown'])).toHaveLength(1);
      expect(await people.presenceVisibility(b)).toBe('nobody');
      expect(await people.presenceVisibility(a)).toBe('shared');
    });

    it('are kept all with one name, which is whose registration is first in the log', async () => {
      const { scene, id } = aScene();
      const [a, b, name] = [id('usr_a'), id('usr_b'), id('twice')];
      scene.register(b, name, 'First').register(a, name, 'Second');
      scene.user(a, { type: 'ProfileChanged.v1', data: { about: 'came later' } });
      await settle(scene);
      const { people } = stage.models.readModels;
      expect(JSON.parse((await people.byUsername(name)) ?? '')).toMatchObject({ id: b, displayName: 'First' });
      expect((await people.byIds([a, b])).map((json) => JSON.parse(json) as unknown)).toEqual([
        { id: a, username: name, displayName: 'Second', about: 'came later' },
        { id: b, username: name, displayName: 'First', about: null },
      ]);
      expect((await people.find(name, 10)).map((json) => (JSON.parse(json) as { id: string }).id)).toEqual([a, b]);
      const first = scene.told.at(-3)?.position ?? 0;
      expect((await stage.models.admin.parked('people')).filter(({ position }) => position >= first)).toEqual([]);
    });
  });
}
