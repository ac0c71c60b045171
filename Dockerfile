# The Functions app on the Functions host. Build: docker build -t backupfunctions .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# set only in tests, where the packages of Azure Functions are missing: such an app cannot run
ARG FunctionsContract=
RUN if [ "$FunctionsContract" = "true" ]; then echo "FunctionsContract=true compiles against a contract that cannot run: build the image without it" >&2; exit 1; fi
WORKDIR /source
COPY . .
RUN dotnet publish src/BackupFunctions -c Release -o /published

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0
# the host's id: without it each container would have one of its own, made of its machine's name, and with it timers and keys of its own
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsWebHost__hostid=backupfunctions \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    ASPNETCORE_URLS=http://+:8080 \
    FUNCTIONS_WORKER_RUNTIME=dotnet-isolated \
    FULL_BACKUP_SCHEDULE="0 2 * * 0" \
    INCREMENTAL_BACKUP_SCHEDULE="0 2 * * *" \
    RESUME_SCHEDULE="*/15 * * * *" \
    RETENTION_SCHEDULE="30 2 * * *" \
    SCRUB_SCHEDULE="0 4 * * 6" \
    DRILL_SCHEDULE="0 5 1 * *" \
    WATCH_SCHEDULE="*/5 * * * *" \
    BACKUP_STAGING=/staging
COPY --from=build /published /home/site/wwwroot
RUN mkdir -p /staging && chown -R 1654:1654 /staging /home
USER 1654:1654
VOLUME /staging
EXPOSE 8080
