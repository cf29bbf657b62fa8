import { describeOwnTests, foldersIn } from './own-tests.ts';

describeOwnTests(foldersIn('modules'), false);
