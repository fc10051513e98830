package fetch

import (
	"context"
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"inzage/schema"
)

// options are what every client of the SDK is given.
func (c Config) options() policy.ClientOptions {
	o := policy.ClientOptions{
		Cloud:     c.Cloud.configuration(),
		Telemetry: policy.TelemetryOptions{ApplicationID: "inzage"},
		Retry: policy.RetryOptions{
			MaxRetries: 3, RetryDelay: c.Times.Retry, MaxRetryDelay: 30 * c.Times.Retry,
			// Not 429: how long to wait then is said nowhere, and is long.
			StatusCodes: []int{408, 500, 502, 503, 504},
		},
	}
	o.Transport = transport{c.HTTP}
	if c.HTTP == nil {
		o.Transport = transport{&http.Client{}}
	}
	return o
}

func (c Cloud) configuration() cloud.Configuration {
	switch c {
	case USGovernment:
		return cloud.AzureGovernment
	case China:
		return cloud.AzureChina
	default:
		return cloud.AzurePublic
	}
}

// credential makes the credential that the configuration describes. Nothing is
// asked of anybody yet.
func (c Config) credential() (azcore.TokenCredential, error) {
	o := c.options()
	switch c.SignIn.Kind {
	case Certificate:
		data := []byte(c.SignIn.Certificate.Reveal())
		certificates, key, err := azidentity.ParseCertificates(data, []byte(c.SignIn.Secret.Reveal()))
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(c.Tenant, c.Client, certificates, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: o})
	case ManagedIdentity:
		options := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: o}
		if c.Client != "" {
			options.ID = azidentity.ClientID(c.Client)
		}
		return azidentity.NewManagedIdentityCredential(options)
	case WorkloadIdentity:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: o, ClientID: c.Client, TenantID: c.Tenant, TokenFilePath: c.SignIn.TokenFile,
		})
	default:
		return azidentity.NewClientSecretCredential(c.Tenant, c.Client, c.SignIn.Secret.Reveal(),
			&azidentity.ClientSecretCredentialOptions{ClientOptions: o})
	}
}

// coded gives an error of the SDK its code. Its text is never shown: it quotes
// addresses, and those name people and containers.
func coded(op string, err error) error {
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[*schema.Error](err); ok && own.Code != schema.CodeInternal {
		return schema.Fail(own.Code, op, err)
	}
	if errors.Is(err, context.Canceled) {
		return schema.Fail(schema.CodeInterrupted, op, err)
	}
	if _, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); ok {
		return schema.Fail(schema.CodeSignIn, op, err)
	}
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		switch answer.StatusCode {
		case 401, 403:
			return schema.Fail(schema.CodePermission, op, err)
		case 429:
			return schema.Fail(schema.CodeThrottled, op, err)
		}
	}
	return schema.Fail(schema.CodeRemote, op, err)
}
