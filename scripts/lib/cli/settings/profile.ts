/** What the settings file says of one deployment. */
export interface Profile {
  readonly url: string;
  readonly user?: string | undefined;
  readonly operator?: string | undefined;
  readonly pool?: string | undefined;
  readonly minutes?: number | undefined;
  readonly awsProfile?: string | undefined;
}

/** The settings file. */
export interface SettingsFile {
  /** The profile in use when nothing else names one. */
  readonly profile?: string | undefined;
  readonly profiles: Readonly<Record<string, Profile>>;
}
