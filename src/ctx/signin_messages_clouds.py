"""What the client says when a cloud refuses it, or cannot be signed in to."""

from __future__ import annotations

from ctx.signin_message import Message

_AWS = ("bedrock", "mantle", "anthropic-aws")
_GOOGLE = ("vertex", "anthropic-google-cloud")
_KEY = ("console", "api-key-helper")
# fmt: off
CLOUDS = (
    # Amazon. A missing profile, a failing credential_process and no credentials at all have one text.
    Message("aws-model-access", ("AWS authentication failed", "enable this model for your account and region"),
            "AWS knows you, but this account has no access to the model in {region}",
            "enable the model in the Amazon Bedrock console, or set ANTHROPIC_MODEL to one that you have"),
    Message("aws-expired", ("AWS authentication failed", "oken included in the request is expired"),
            "the temporary AWS credentials have expired", "ctx login {profile}"),
    Message("aws-unknown-key", ("AWS authentication failed", "oken included in the request is invalid"),
            "AWS does not know the access key: it was deleted, or belongs to another partition", "{replace}"),
    Message("aws-signature", ("AWS authentication failed", "signature we calculated does not match"),
            "the AWS secret access key does not belong to the access key id, or this machine's clock is wrong",
            "{replace}; date -u shows the clock"),
    Message("bedrock-key", ("AWS authentication failed", "make sure your API Key is valid"),
            "Bedrock refuses the API key: it has expired, was deleted, or is not a Bedrock key", "{replace}"),
    Message("aws-not-allowed", ("AWS authentication failed", "is not authorized to perform"),
            "AWS knows you, but your role or user lacks a permission",
            "have bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream and bedrock:ListInferenceProfiles allowed"),
    Message("aws-refresh", ("AWS authentication failed", "run `", "` and retry"),
            "AWS refuses the credentials, also after the client's awsAuthRefresh command",
            "ctx login {profile}, or run the command it names yourself: the client hides its output"),
    Message("aws-refused", ("AWS authentication failed",),
            "AWS refuses the credentials, or they lack a permission", "ctx login {profile}; aws sts get-caller-identity"),
    Message("aws-sso-missing", ("Could not load AWS credentials", "not found or is invalid"),
            "nobody has signed in to the AWS SSO session of the profile {aws} on this machine", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "Token is expired"),
            "the AWS SSO session of the profile {aws} has expired", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "Cannot refresh"),
            "the AWS SSO session of the profile {aws} has expired and cannot renew itself", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "SSO session associated with this profile"),
            "the AWS SSO session of the profile {aws} has expired, or was never signed in to", "ctx login {profile}"),
    Message("aws-sso-expired", ("Could not load AWS credentials", "UnauthorizedException"),
            "the AWS SSO session of the profile {aws} was ended by your organization", "ctx login {profile}"),
    Message("aws-sso-role", ("Could not load AWS credentials", "ForbiddenException"),
            "the AWS SSO session is good, but you have no access to the account or role of the profile {aws}",
            "ask for it, or correct sso_account_id and sso_role_name: aws configure sso --profile {aws}"),
    Message("aws-none", ("Could not load AWS credentials",),
            "no AWS credentials were found, and the client does not say which it looked for: the profile {aws} is missing, "
            "its credential_process fails, or nothing is set",
            "aws sts get-caller-identity --profile {aws}"),
    # Client 2.1.197 gives the SDK's words alone.
    Message("aws-none", ("Could not load credentials from any providers",),
            "no AWS credentials were found, and the client does not say which it looked for: the profile {aws} is missing, "
            "its credential_process fails, or nothing is set",
            "aws sts get-caller-identity --profile {aws}", methods=_AWS),
    Message("aws-timeout", ("default-chain credential resolve timed out",),
            "looking for AWS credentials took longer than a minute: a credential_process hangs, or the machine's role does "
            "not answer", "aws sts get-caller-identity --profile {aws}"),
    Message("bedrock-on-demand", ("on-demand throughput isn't supported",),
            "this model answers under an inference profile only", "write {region}'s prefix before it, as in us.anthropic.…, "
            "or its ARN, in ANTHROPIC_MODEL"),
    Message("bedrock-model-id", ("provided model identifier is invalid",),
            "Bedrock has no model of this id in {region}",
            "correct ANTHROPIC_MODEL: aws bedrock list-inference-profiles shows the ids"),
    Message("bedrock-model-id", ("Could not resolve the foundation model",),
            "Bedrock has no model of this id in {region}",
            "correct ANTHROPIC_MODEL: aws bedrock list-inference-profiles shows the ids"),
    Message("bedrock-use-case", ("is not available on your bedrock deployment",),
            "mostly this hides that the account has not sent Amazon the use case form for Anthropic's models; else the model "
            "is not offered in {region}",
            "fill in the form in the Amazon Bedrock console (Model catalog, any Claude model); it takes effect in minutes"),
    Message("aws-busy", ("Request rejected (429)",), "the AWS account's quota for this model is used up for the moment",
            "wait a minute, or raise the quota in the Service Quotas console", methods=_AWS),

    # Google.
    Message("google-api-off", ("Google Cloud authentication failed", "has not been used in project"),
            "the Vertex AI API is switched off in the project {project}",
            "gcloud services enable aiplatform.googleapis.com --project {project}"),
    Message("google-api-off", ("Google Cloud authentication failed", "SERVICE_DISABLED"),
            "the Vertex AI API is switched off in the project {project}",
            "gcloud services enable aiplatform.googleapis.com --project {project}"),
    Message("google-refused", ("Google Cloud authentication failed",),
            "Google knows you, but this account may not use the model in the project {project}",
            "have the role roles/aiplatform.user granted there, and the model enabled in its Model Garden"),
    Message("google-expired", ("Google Cloud credentials expired or invalid",),
            "the Google Cloud login has expired or was withdrawn", "ctx login {profile}"),
    Message("google-expired", ("Could not load Google Cloud credentials", "invalid_rapt"),
            "your organization wants you to sign in to Google Cloud again", "ctx login {profile}"),
    Message("google-file", ("Could not load Google Cloud credentials", "does not exist, or it is not a file"),
            "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there",
            "correct the path, or ctx login {profile} where it is a login's file"),
    Message("google-none", ("Could not load Google Cloud credentials",),
            "there is no application default login of Google's (that of gcloud itself is another, and CLOUDSDK_CONFIG is "
            "ignored)", "ctx login {profile}"),
    Message("google-project", ("No projectId was given",),
            "nothing says which Google Cloud project pays", "set ANTHROPIC_VERTEX_PROJECT_ID"),
    Message("vertex-model", ("is not available on your vertex deployment",),
            "the project {project} has no access to the model, or {region} does not offer it",
            "enable it in the project's Model Garden, or change CLOUD_ML_REGION or ANTHROPIC_MODEL"),
    Message("google-busy", ("Request rejected (429)",), "the project's quota for this model is used up for the moment",
            "wait a minute, or raise the quota in the Google Cloud console", methods=_GOOGLE),

    # Microsoft.
    Message("foundry-deployment", ("There's an issue with the selected model",),
            "the Foundry resource has no deployment called {model}: the client calls a missing deployment a wrong model",
            "set ANTHROPIC_DEFAULT_OPUS_MODEL, …_SONNET_MODEL and …_HAIKU_MODEL to the names of your deployments",
            methods=("foundry",)),
    Message("foundry-denied", ("Microsoft Foundry authentication failed", "API Error: 403"),
            "Azure knows you, but you may not use the resource {endpoint}",
            "have the role Azure AI User (or Cognitive Services User) on it granted"),
    Message("foundry-refused", ("Microsoft Foundry authentication failed",),
            "the Foundry resource {endpoint} refuses the credential", "{replace}"),
    Message("foundry-none", ("Could not load Azure credentials",),
            "there is neither a Foundry key nor an Azure login", "ctx login {profile}, or set ANTHROPIC_FOUNDRY_API_KEY"),
    Message("foundry-both", ("baseURL and resource are mutually exclusive",),
            "both ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL are set", "set one of them only"),
    Message("foundry-neither", ("Must provide one of", "resource"),
            "neither ANTHROPIC_FOUNDRY_RESOURCE nor ANTHROPIC_FOUNDRY_BASE_URL is set", "set one of them"),
)
# fmt: on
