import { DataFolder } from './data-folder.ts';
import { inWords } from './failure.ts';

export const DEFAULT_FOLDER = './wattpurse-data';

/** Works in a folder and lets go of it. What the disk does not allow is said in one sentence, whenever it happens. */
export async function within(path: string, work: (folder: DataFolder) => Promise<number>): Promise<number> {
  try {
    const folder = new DataFolder(path);
    try {
      return await work(folder);
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw inWords(error, path);
  }
}
