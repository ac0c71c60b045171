// The Functions app as a container app, whose activities run on any of its replicas: sealed segments wait in a container of blobs. Every resource is reached by the app's identity.
param location string
param tags object
param token string
param principalId string
param image string
@secure()
param mongodbUri string
@secure()
param encryptionKey string
@secure()
param newEncryptionKey string
param ipfsNode1Url string
param ipfsNode2Url string
@secure()
param ipfsNode1Token string
@secure()
param ipfsNode2Token string
@secure()
param webhookUrl string
@secure()
param apiKey string

var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  secretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
}

var secretValues = {
  'mongodb-uri': mongodbUri
  'backup-encryption-key': encryptionKey
  'backup-new-encryption-key': newEncryptionKey
  'ipfs-node-1-token': ipfsNode1Token
  'ipfs-node-2-token': ipfsNode2Token
  'webhook-url': webhookUrl
  'backup-api-key': apiKey
  // Durable's own, of the status API alone; the other opens that, too
  'status-key': guid(apiKey, token)
}
// a node without a token has none, and a new key is there for a rotation alone
var secretNames = concat(['mongodb-uri', 'backup-encryption-key', 'backup-api-key', 'status-key'], empty(newEncryptionKey) ? [] : ['backup-new-encryption-key'], empty(ipfsNode1Token) ? [] : ['ipfs-node-1-token'], empty(ipfsNode2Token) ? [] : ['ipfs-node-2-token'], empty(webhookUrl) ? [] : ['webhook-url'])

var stagingContainer = 'backup-staging'
var staging = '${storage.properties.primaryEndpoints.blob}${stagingContainer}'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${token}'
  location: location
  tags: tags
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
}

resource stagingBlobs 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: stagingContainer
  properties: { publicAccess: 'None' }
}

// the host needs the first for its own containers; Storage Blob Data Contributor would do for the staging container, and is part of it
resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in [roles.blobDataOwner, roles.queueDataContributor, roles.tableDataContributor]: {
  name: guid(storage.id, identity.id, role)
  scope: storage
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: false }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, identity.id, roles.acrPull)
  scope: registry
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrPull)
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
  }
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = [for name in secretNames: {
  parent: vault
  name: name
  properties: { value: secretValues[name] }
}]

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, roles.secretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.secretsUser)
  }
}

resource manage 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(principalId)) {
  name: guid(vault.id, principalId, roles.secretsOfficer)
  scope: vault
  properties: {
    principalId: principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.secretsOfficer)
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    retentionInDays: 30
    sku: { name: 'PerGB2018' }
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  // the other destination would take the workspace's key
  properties: { appLogsConfiguration: { destination: 'azure-monitor' } }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: environment
  properties: {
    workspaceId: logs.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'ca-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    managedEnvironmentId: environment.id
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: { external: true, targetPort: 8080, transport: 'http', allowInsecure: false }
      registries: [{ server: registry.properties.loginServer, identity: identity.id }]
      secrets: [for name in secretNames: {
        name: name
        keyVaultUrl: '${vault.properties.vaultUri}secrets/${name}'
        identity: identity.id
      }]
    }
    template: {
      containers: [
        {
          name: 'functions'
          image: image
          resources: { cpu: json('2.0'), memory: '4Gi' }
          env: concat([
            { name: 'AzureWebJobsStorage__accountName', value: storage.name }
            { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
            { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
            // which of its identities the app signs in with
            { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
            { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'dotnet-isolated' }
            // the host reads its keys from the volume below and makes none, so that they are the same on every replica
            { name: 'AzureWebJobsSecretStorageType', value: 'ContainerApps' }
            { name: 'BACKUP_API_KEY', secretRef: 'backup-api-key' }
            { name: 'FULL_BACKUP_SCHEDULE', value: '0 2 * * 0' }
            { name: 'INCREMENTAL_BACKUP_SCHEDULE', value: '0 2 * * *' }
            { name: 'RESUME_SCHEDULE', value: '*/15 * * * *' }
            { name: 'RETENTION_SCHEDULE', value: '30 2 * * *' }
            { name: 'SCRUB_SCHEDULE', value: '0 4 * * 6' }
            { name: 'DRILL_SCHEDULE', value: '0 5 1 * *' }
            { name: 'WATCH_SCHEDULE', value: '*/5 * * * *' }
            { name: 'MONGODB_URI', secretRef: 'mongodb-uri' }
            { name: 'BACKUP_ENCRYPTION_KEY', secretRef: 'backup-encryption-key' }
            { name: 'IPFS_NODE_1_URL', value: ipfsNode1Url }
            { name: 'IPFS_NODE_2_URL', value: ipfsNode2Url }
            { name: 'BACKUP_STAGING', value: staging }
            // what runs at once on all replicas together; one replica takes up to eight, see host.json
            { name: 'BACKUP_PARALLELISM', value: '8' }
          ], empty(newEncryptionKey) ? [] : [{ name: 'BACKUP_NEW_ENCRYPTION_KEY', secretRef: 'backup-new-encryption-key' }], empty(ipfsNode1Token) ? [] : [{ name: 'IPFS_NODE_1_TOKEN', secretRef: 'ipfs-node-1-token' }], empty(ipfsNode2Token) ? [] : [{ name: 'IPFS_NODE_2_TOKEN', secretRef: 'ipfs-node-2-token' }], empty(webhookUrl) ? [] : [{ name: 'WEBHOOK_URL', secretRef: 'webhook-url' }])
          volumeMounts: [{ volumeName: 'functions-keys', mountPath: '/run/secrets/functions-keys' }]
          // what stands in for the image until azd has built it has no such routes, and a revision whose probes fail would fail the deployment
          probes: startsWith(image, 'mcr.microsoft.com/') ? [] : [
            { type: 'Startup', httpGet: { path: '/api/health/live', port: 8080 }, periodSeconds: 5, failureThreshold: 30 }
            { type: 'Liveness', httpGet: { path: '/api/health/live', port: 8080 }, periodSeconds: 30, failureThreshold: 3 }
          ]
        }
      ]
      volumes: [
        {
          name: 'functions-keys'
          storageType: 'Secret'
          secrets: [
            { secretRef: 'backup-api-key', path: 'host.master' }
            { secretRef: 'status-key', path: 'host.systemKey.durabletask_extension' }
          ]
        }
      ]
      // one is always there for the timers; one that goes loses only the activities it is at, which run again elsewhere
      scale: {
        minReplicas: 1
        maxReplicas: 4
        rules: [{ name: 'cpu', custom: { type: 'cpu', metadata: { type: 'Utilization', value: '70' } } }]
      }
    }
  }
  dependsOn: [pull, read, secrets, stagingBlobs, storageRoles]
}

output registry string = registry.properties.loginServer
output endpoint string = 'https://${app.properties.configuration.ingress.fqdn}'
