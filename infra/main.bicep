targetScope = 'subscription'

@description('Names everything, and the resource group.')
@minLength(1)
@maxLength(20)
param environmentName string

param location string

@description('Who deploys, and may manage the secrets.')
param principalId string = ''

@description('The image that runs; azd replaces it by the one that it builds.')
param image string

@secure()
param mongodbUri string

@description('32 bytes in base64 or hex. Keep a copy where the backups are not.')
@secure()
param encryptionKey string

@description('The key that takes the place of the other when keys are rotated; empty: none.')
@secure()
param newEncryptionKey string

param ipfsNode1Url string
param ipfsNode2Url string

@secure()
param ipfsNode1Token string

@secure()
param ipfsNode2Token string

@description('Where alerts are posted to; empty for nowhere. See docs/cli.md, WEBHOOK_URL.')
@secure()
param webhookUrl string = ''

@description('The key of the HTTP API: the master key of the Functions host, which opens every route.')
@secure()
@minLength(32)
param apiKey string

var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module app 'app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    tags: tags
    token: toLower(uniqueString(subscription().id, environmentName, location))
    principalId: principalId
    image: image
    mongodbUri: mongodbUri
    encryptionKey: encryptionKey
    newEncryptionKey: newEncryptionKey
    ipfsNode1Url: ipfsNode1Url
    ipfsNode2Url: ipfsNode2Url
    ipfsNode1Token: ipfsNode1Token
    ipfsNode2Token: ipfsNode2Token
    webhookUrl: webhookUrl
    apiKey: apiKey
  }
}

output AZURE_CONTAINER_REGISTRY_ENDPOINT string = app.outputs.registry
output SERVICE_FUNCTIONS_ENDPOINT string = app.outputs.endpoint
