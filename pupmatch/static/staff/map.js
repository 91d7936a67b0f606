/* global ol */
'use strict';

// Maps that need no internet: an outline of the world, the names of towns, and what the page adds.
(() => {
  const LIGHT = {
    sea: '#dbe7f0', land: '#fbfaf7', shore: '#a9b8c4', grid: 'rgba(90, 110, 130, 0.18)',
    text: '#4b5563', halo: '#fbfaf7',
  };
  const DARK = {
    sea: '#1b2733', land: '#2c3640', shore: '#52616f', grid: 'rgba(190, 205, 220, 0.14)',
    text: '#cbd5e1', halo: '#1f2730',
  };
  const MARK = '#e11d48';
  const isDark = () => document.documentElement.classList.contains('dark');
  const degrees = (coordinate) => ol.proj.toLonLat(coordinate);
  const metres = (longitude, latitude) => ol.proj.fromLonLat([longitude, latitude]);

  function landLayer(url) {
    const style = () => {
      const colours = isDark() ? DARK : LIGHT;
      return new ol.style.Style({
        fill: new ol.style.Fill({color: colours.land}),
        stroke: new ol.style.Stroke({color: colours.shore, width: 1}),
      });
    };
    const source = new ol.source.Vector({
      url, format: new ol.format.TopoJSON(), attributions: 'Natural Earth · GeoNames (CC BY 4.0)',
    });
    return new ol.layer.Vector({source, style});
  }

  // The larger the town, the earlier its name appears; where names would overlap, it wins.
  const leastPopulation = (resolution) => (resolution > 20000 ? 5000 : resolution > 300 ? resolution / 3 : 0);

  function townLayer(url) {
    const source = new ol.source.Vector();
    const style = (feature, resolution) => {
      const thousands = feature.get('thousands');
      if (thousands < leastPopulation(resolution)) return null;
      const colours = isDark() ? DARK : LIGHT;
      return new ol.style.Style({
        zIndex: thousands,
        text: new ol.style.Text({
          text: feature.get('name'),
          font: `${thousands > 400 ? 600 : 400} 12px Inter, sans-serif`,
          fill: new ol.style.Fill({color: colours.text}),
          stroke: new ol.style.Stroke({color: colours.halo, width: 3}),
        }),
      });
    };
    fetch(url).then((answer) => answer.json()).then((towns) => {
      source.addFeatures(towns.map(([name, longitude, latitude, thousands]) => new ol.Feature({
        geometry: new ol.geom.Point(metres(longitude, latitude)), name, thousands,
      })));
    });
    return new ol.layer.Vector({source, style, declutter: true});
  }

  function gridLayer() {
    return new ol.layer.Graticule({
      wrapX: true,
      strokeStyle: new ol.style.Stroke({color: LIGHT.grid, width: 1}),
    });
  }

  function shapeStyle(feature) {
    const isFaint = Boolean(feature.get('faint'));
    const stroke = new ol.style.Stroke({
      color: MARK, width: 2, lineDash: isFaint ? [5, 5] : undefined,
    });
    const fill = new ol.style.Fill({color: isFaint ? 'rgba(225, 29, 72, 0.08)' : 'rgba(225, 29, 72, 0.25)'});
    const label = feature.get('label') && new ol.style.Text({
      text: feature.get('label'), offsetY: isFaint ? 24 : -24, font: '600 12px Inter, sans-serif',
      fill: new ol.style.Fill({color: MARK}),
      stroke: new ol.style.Stroke({color: isDark() ? DARK.halo : LIGHT.halo, width: 4}),
    });
    return new ol.style.Style({
      stroke, fill, text: label || undefined,
      image: new ol.style.Circle({radius: 8, fill, stroke}),
    });
  }

  function show(element) {
    const shapes = new ol.source.Vector({
      features: new ol.format.GeoJSON().readFeatures(element.dataset.shapes, {
        featureProjection: 'EPSG:3857',
      }),
    });
    const map = new ol.Map({
      target: element,
      layers: [
        landLayer(element.dataset.land), gridLayer(), townLayer(element.dataset.cities),
        new ol.layer.Vector({source: shapes, style: shapeStyle}),
      ],
      // The wheel scrolls the page until the map is clicked.
      interactions: ol.interaction.defaults.defaults({onFocusOnly: true}),
      controls: ol.control.defaults.defaults({attributionOptions: {collapsible: false}})
        .extend([new ol.control.ScaleLine()]),
      view: new ol.View({center: [0, 3e6], zoom: 1.5, maxZoom: 16}),
    });
    const paint = () => {
      element.style.backgroundColor = (isDark() ? DARK : LIGHT).sea;
      map.getLayers().forEach((layer) => layer.changed());
    };
    new MutationObserver(paint).observe(document.documentElement, {attributeFilter: ['class']});
    paint();
    return {map, shapes};
  }

  function lookAt(map, shapes) {
    if (shapes.isEmpty()) return;
    map.getView().fit(shapes.getExtent(), {padding: [60, 60, 60, 60], maxZoom: 10.5});
  }

  // The two numbers are the value; the map only reads and writes them.
  function edit(element, map, shapes) {
    const [latitude, longitude] = element.closest('.staff-point').querySelectorAll('input');
    const mark = () => {
      shapes.clear();
      if (latitude.value === '' || longitude.value === '') return;
      if (!latitude.validity.valid || !longitude.validity.valid) return;
      const place = metres(Number(longitude.value), Number(latitude.value));
      shapes.addFeature(new ol.Feature(new ol.geom.Point(place)));
    };
    map.on('singleclick', (event) => {
      const [east, north] = degrees(event.coordinate);
      // Around the world once more is the same place.
      longitude.value = (((east + 180) % 360 + 360) % 360 - 180).toFixed(6);
      latitude.value = north.toFixed(6);
      mark();
    });
    for (const input of [latitude, longitude]) {
      input.addEventListener('change', () => { mark(); lookAt(map, shapes); });
    }
    mark();
  }

  document.addEventListener('DOMContentLoaded', () => {
    for (const element of document.querySelectorAll('.staff-map')) {
      const {map, shapes} = show(element);
      if ('editable' in element.dataset) edit(element, map, shapes);
      lookAt(map, shapes);
    }
  });
})();
