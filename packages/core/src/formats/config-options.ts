import type { NamedSectionKind } from './config-syntax.ts';

/**
 * What an option's value must be. `bool` is `true` or `false` in any case. `never-…` is an option whose type no text can have,
 * so that DVC refuses it in any file. A list holds the allowed words.
 */
export type OptionRule =
  | 'text'
  | 'any'
  | 'bool'
  | 'bool-or-text'
  | 'int'
  | 'count'
  | 'percent'
  | 'float'
  | 'duration'
  | 'link-types'
  | 'never-bool'
  | 'never-int'
  | readonly string[];

/** Option → rule. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** The rules of DVC 3.67.1 (`dvc/config_schema.py`), obsolete options among them: they are accepted without effect. */
const remoteCommon: OptionRules = {
  url: 'text',
  checksum_jobs: 'count',
  jobs: 'count',
  worktree: 'bool',
  no_traverse: 'bool',
  version_aware: 'bool',
};

/** Options that a remote can have wherever it is. */
export const commonRemoteOptions: ReadonlySet<string> = new Set([...Object.keys(remoteCommon), 'verify']);

const localCommon: OptionRules = {
  type: 'link-types',
  protected: 'bool',
  shared: ['group'],
  slow_link_warning: 'bool',
  verify: 'bool',
};

const http: OptionRules = {
  ...remoteCommon,
  auth: ['basic', 'digest', 'custom'],
  custom_auth_header: 'text',
  user: 'text',
  password: 'text',
  ask_password: 'bool',
  ssl_verify: 'bool-or-text',
  method: 'text',
  connect_timeout: 'duration',
  read_timeout: 'duration',
  verify: 'bool',
};

const webdav: OptionRules = {
  ...remoteCommon,
  user: 'text',
  password: 'text',
  ask_password: 'bool',
  token: 'text',
  bearer_token_command: 'text',
  custom_auth_header: 'text',
  cert_path: 'text',
  key_path: 'text',
  timeout: 'int',
  ssl_verify: 'bool-or-text',
  verify: 'bool',
};

/** URL scheme → options of a remote there; `''` is a folder. A `remote://` URL takes any option. */
export const remoteRules: Readonly<Record<string, OptionRules | 'any'>> = {
  '': { ...remoteCommon, ...localCommon },
  s3: {
    ...remoteCommon,
    region: 'text',
    profile: 'text',
    credentialpath: 'text',
    configpath: 'text',
    endpointurl: 'text',
    access_key_id: 'text',
    secret_access_key: 'text',
    session_token: 'text',
    listobjects: 'bool',
    use_ssl: 'bool',
    allow_anonymous_login: 'bool',
    ssl_verify: 'bool-or-text',
    sse: 'text',
    sse_kms_key_id: 'text',
    sse_customer_algorithm: 'text',
    sse_customer_key: 'text',
    acl: 'text',
    grant_read: 'text',
    grant_read_acp: 'text',
    grant_write_acp: 'text',
    grant_full_control: 'text',
    cache_regions: 'never-bool',
    read_timeout: 'int',
    connect_timeout: 'int',
    verify: 'bool',
  },
  gs: {
    ...remoteCommon,
    projectname: 'text',
    credentialpath: 'text',
    endpointurl: 'text',
    verify: 'bool',
    allow_anonymous_login: 'bool',
  },
  ssh: {
    ...remoteCommon,
    type: 'link-types',
    port: 'int',
    user: 'text',
    password: 'text',
    ask_password: 'bool',
    passphrase: 'text',
    ask_passphrase: 'bool',
    keyfile: 'text',
    timeout: 'int',
    gss_auth: 'bool',
    allow_agent: 'bool',
    max_sessions: 'int',
    verify: 'bool',
  },
  hdfs: { ...remoteCommon, user: 'text', kerb_ticket: 'text', replication: 'never-int' },
  webhdfs: {
    ...remoteCommon,
    kerberos: 'bool',
    kerberos_principal: 'text',
    proxy_to: 'text',
    ssl_verify: 'bool-or-text',
    token: 'text',
    use_https: 'bool',
    user: 'text',
    password: 'text',
    data_proxy_target: 'text',
    verify: 'bool',
  },
  azure: {
    ...remoteCommon,
    connection_string: 'text',
    sas_token: 'text',
    account_name: 'text',
    account_key: 'text',
    tenant_id: 'text',
    client_id: 'text',
    client_secret: 'text',
    allow_anonymous_login: 'bool',
    exclude_environment_credential: 'bool',
    exclude_visual_studio_code_credential: 'bool',
    exclude_shared_token_cache_credential: 'bool',
    exclude_managed_identity_credential: 'bool',
    verify: 'bool',
    timeout: 'int',
    read_timeout: 'int',
    connection_timeout: 'int',
  },
  oss: { ...remoteCommon, oss_key_id: 'text', oss_key_secret: 'text', oss_endpoint: 'text', verify: 'bool' },
  gdrive: {
    ...remoteCommon,
    profile: 'text',
    gdrive_use_service_account: 'bool',
    gdrive_client_id: 'text',
    gdrive_client_secret: 'text',
    gdrive_user_credentials_file: 'text',
    gdrive_service_account_user_email: 'text',
    gdrive_service_account_json_file_path: 'text',
    gdrive_trash_only: 'bool',
    gdrive_acknowledge_abuse: 'bool',
    verify: 'bool',
  },
  http,
  https: http,
  webdav,
  webdavs: webdav,
  remote: 'any',
};

/** Section → options. `feature` takes any further option, and ignores it. */
export const sectionRules: Readonly<Record<string, OptionRules>> = {
  core: {
    remote: 'any',
    checksum_jobs: 'count',
    interactive: 'bool',
    analytics: 'bool',
    hardlink_lock: 'bool',
    no_scm: 'bool',
    autostage: 'bool',
    experiments: 'bool',
    check_update: 'bool',
    site_cache_dir: 'text',
    machine: 'any',
  },
  cache: {
    ...localCommon,
    local: 'text',
    s3: 'text',
    gs: 'text',
    hdfs: 'text',
    webhdfs: 'text',
    ssh: 'text',
    azure: 'text',
    dir: 'text',
  },
  state: { dir: 'text', row_limit: 'count', row_cleanup_quota: 'percent' },
  index: { dir: 'text' },
  feature: { machine: 'bool' },
  plots: { html_template: 'text', auto_open: 'bool', out_dir: 'text' },
  exp: {
    code: 'text',
    data: 'text',
    models: 'text',
    metrics: 'text',
    params: 'text',
    plots: 'text',
    live: 'text',
    auto_push: 'bool',
    git_remote: 'text',
  },
  parsing: { bool: ['store_true', 'boolean_optional'], list: ['nargs', 'append'] },
  hydra: { enabled: 'bool', config_dir: 'text', config_module: 'text', config_name: 'text', plugins_path: 'text' },
  studio: { token: 'text', url: 'text', repo_url: 'text', offline: 'bool' },
};

/** Options of the sections that have names, but for remotes, where they depend on the URL. */
export const namedSectionRules: Readonly<Record<Exclude<NamedSectionKind, 'remote'>, OptionRules>> = {
  machine: {
    cloud: ['aws', 'azure'],
    region: ['us-west', 'us-east', 'eu-west', 'eu-north'],
    image: 'text',
    spot: 'bool',
    spot_price: 'float',
    instance_hdd_size: 'int',
    instance_type: 'any',
    instance_gpu: 'any',
    ssh_private: 'text',
    startup_script: 'text',
    setup_script: 'text',
  },
  db: { url: 'text', username: 'text', password: 'text' },
};
