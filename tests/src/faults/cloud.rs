//! The services, databases and drift of the cloud, each call of which is a point.

use groundplane_model::{InstanceId, TenantId};
use groundplane_ports::{
    ChangeScaling, ChangeServices, Database, Detection, DetectionProgress, FailOverDatabases,
    ReadDatabases, ReadDrift, ReadScaling, ReadServices, ReadTagged, ResourceDrift, Result,
    ScalingLimits, ServiceHealth, ServicePlace, TaggedPage,
};

use super::Faulty;

impl<T: ReadServices> ReadServices for Faulty<'_, T> {
    async fn services(&self, cluster: &str, names: &[&str]) -> Result<Vec<ServiceHealth>> {
        let call = || self.port.services(cluster, names);
        self.faults.io("services.read", call).await
    }
}

impl<T: ChangeServices> ChangeServices for Faulty<'_, T> {
    async fn restart(&self, service: &ServicePlace) -> Result<ServiceHealth> {
        let call = || self.port.restart(service);
        self.faults.io("services.restart", call).await
    }

    async fn set_count(&self, service: &ServicePlace, desired: u32) -> Result<()> {
        let call = || self.port.set_count(service, desired);
        self.faults.io("services.set_count", call).await
    }
}

impl<T: ReadScaling> ReadScaling for Faulty<'_, T> {
    async fn limits(&self, service: &ServicePlace) -> Result<Option<ScalingLimits>> {
        let call = || self.port.limits(service);
        self.faults.io("scaling.limits", call).await
    }
}

impl<T: ChangeScaling> ChangeScaling for Faulty<'_, T> {
    async fn set_limits(&self, service: &ServicePlace, limits: ScalingLimits) -> Result<()> {
        let call = || self.port.set_limits(service, limits);
        self.faults.io("scaling.set_limits", call).await
    }

    async fn set_paused(&self, service: &ServicePlace, paused: bool) -> Result<()> {
        let call = || self.port.set_paused(service, paused);
        self.faults.io("scaling.set_paused", call).await
    }
}

impl<T: ReadDatabases> ReadDatabases for Faulty<'_, T> {
    async fn databases(&self, identifiers: &[&str]) -> Result<Vec<Database>> {
        let call = || self.port.databases(identifiers);
        self.faults.io("databases.read", call).await
    }
}

impl<T: FailOverDatabases> FailOverDatabases for Faulty<'_, T> {
    async fn fail_over(&self, identifier: &str) -> Result<()> {
        let call = || self.port.fail_over(identifier);
        self.faults.io("databases.fail_over", call).await
    }
}

impl<T: ReadDrift> ReadDrift for Faulty<'_, T> {
    async fn detect(&self, stack_name: &str) -> Result<Detection> {
        let call = || self.port.detect(stack_name);
        self.faults.io("drift.detect", call).await
    }

    async fn detection(&self, id: &str) -> Result<DetectionProgress> {
        let call = || self.port.detection(id);
        self.faults.io("drift.detection", call).await
    }

    async fn drifts(&self, stack_name: &str) -> Result<Option<Vec<ResourceDrift>>> {
        let call = || self.port.drifts(stack_name);
        self.faults.io("drift.drifts", call).await
    }
}

impl<T: ReadTagged> ReadTagged for Faulty<'_, T> {
    async fn tagged(
        &self,
        tenant: &TenantId,
        instance: &InstanceId,
        cursor: Option<&str>,
    ) -> Result<TaggedPage> {
        let call = || self.port.tagged(tenant, instance, cursor);
        self.faults.io("tags.read", call).await
    }
}
