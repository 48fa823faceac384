/** Keeps tests from any account: fixed fake credentials, no profile, no log noise. */
process.env.AWS_ACCESS_KEY_ID = "test";
process.env.AWS_SECRET_ACCESS_KEY = "test";
process.env.AWS_REGION = "us-east-1";
process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
delete process.env.AWS_PROFILE;
delete process.env.AWS_ENDPOINT_URL;
