// One identity for each program, so that each gets no more than it needs. No keys anywhere.
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

resource api 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-api'
  location: location
  tags: tags
}

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-functions'
  location: location
  tags: tags
}

output apiName string = api.name
output apiPrincipalId string = api.properties.principalId
output functionsName string = functions.name
output functionsPrincipalId string = functions.properties.principalId
