import type { OptionSpec } from '@datapin/storage';

/** Every option that DVC 3.67 takes for an `s3://` remote beside those of all remotes (`dvc/config_schema.py`), by the same name. */
export const s3Options: Readonly<Record<string, OptionSpec>> = {
  region: { type: 'string', description: 'AWS region of the bucket; found out when it is not given' },
  profile: { type: 'string', description: 'profile of the AWS config and credentials files' },
  credentialpath: { type: 'path', description: 'AWS credentials file, unless AWS_SHARED_CREDENTIALS_FILE names one' },
  configpath: { type: 'path', description: 'AWS config file, unless AWS_CONFIG_FILE names one' },
  endpointurl: { type: 'string', description: 'address of an S3-compatible store, https://host[:port]' },
  access_key_id: {
    type: 'string',
    description: 'access key; with secret_access_key it takes precedence over every other source',
    secret: true,
  },
  secret_access_key: { type: 'string', description: 'secret of the access key', secret: true },
  session_token: { type: 'string', description: 'session token of temporary credentials', secret: true },
  use_ssl: { type: 'boolean', description: 'https for addresses that have no scheme of their own (default true)' },
  allow_anonymous_login: { type: 'boolean', description: 'send requests unsigned, for public buckets (default false)' },
  ssl_verify: { type: 'boolean-or-path', description: 'whether to verify the certificate, or a PEM file of the authorities to trust' },
  sse: { type: 'string', description: 'server-side encryption: AES256, aws:kms or aws:kms:dsse' },
  sse_kms_key_id: { type: 'string', description: 'KMS key for sse = aws:kms' },
  sse_customer_algorithm: { type: 'string', description: 'algorithm for sse_customer_key (default AES256)' },
  sse_customer_key: {
    type: 'string',
    description: 'key of your own for encryption in the store, in base64; excludes sse_kms_key_id',
    secret: true,
  },
  acl: { type: 'string', description: 'canned ACL of new objects; excludes grant_*' },
  grant_read: { type: 'string', description: 'who may read new objects' },
  grant_read_acp: { type: 'string', description: 'who may read the ACL of new objects' },
  grant_write_acp: { type: 'string', description: 'who may write the ACL of new objects' },
  grant_full_control: { type: 'string', description: 'who may do everything with new objects' },
  cache_regions: { type: 'boolean', description: "ask for the bucket's region first when none is configured (default true)" },
  read_timeout: { type: 'integer', description: 'seconds without a byte from the store before giving up (default 60)' },
  connect_timeout: { type: 'integer', description: 'seconds until a connection has to stand (default 60)' },
  verify: { type: 'boolean', description: 'hash objects of this remote again after downloading; they always are' },
  listobjects: { type: 'boolean', description: 'formerly: list with the first version of the call', obsolete: true },
};
