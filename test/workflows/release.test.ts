import { describe, expect, it } from '@jest/globals';
import { play } from './conditions.ts';
import { commands, jobOf, stepsUsing, workflow } from './files.ts';

describe('release', () => {
  const release = workflow('release');
  const publish = jobOf(release, 'publish');
  const check = jobOf(release, 'check');

  it('begins with a tag, and publishes only what was tested, built and built again', () => {
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
    expect(publish.needs).toEqual(['test', 'build', 'check']);
    expect(jobOf(release, 'test').uses).toBe('./.github/workflows/ci.yml');
    for (const failing of ['test', 'build', 'check']) {
      const contexts = { github: { event_name: 'push' }, inputs: {}, vars: {} };
      expect(play(release, contexts, [failing]).publish).toBe('skipped');
    }
  });

  it('compares a second build, on another kind of machine, with the first', () => {
    expect(commands(check)).toContain('scripts/build');
    expect(check['runs-on']).not.toBe(jobOf(workflow('build'), 'build')['runs-on']);
    const comparison = check.steps?.find(({ run }) => run?.includes('sha256sum --check --strict'));
    expect(comparison?.env).toEqual({ PACKAGE_SHA256: '${{ needs.build.outputs.package-sha256 }}' });
  });

  it('takes only commits of main with the version of the tag', () => {
    const script = commands(check).join('\n');
    expect(script).toContain('git merge-base --is-ancestor HEAD origin/main');
    expect(script).toContain('= "$GITHUB_REF_NAME" ]');
  });

  it('attests and attaches the package, with its checksum and its list of packages', () => {
    expect(stepsUsing(publish, 'actions/attest').map((step) => step.with)).toEqual([{ 'subject-path': 'lambda.zip' }]);
    expect(commands(publish).at(-1)).toContain('lambda.zip lambda.zip.sha256 sbom.cdx.json');
    expect(commands(check).join('\n')).toContain('npm sbom --sbom-format cyclonedx --omit dev');
  });

  it('signs and publishes without running code of packages', () => {
    expect(stepsUsing(publish, 'actions/checkout')).toEqual([]);
    expect(commands(publish).join('\n')).not.toMatch(/npm|node|scripts\//);
  });
});
